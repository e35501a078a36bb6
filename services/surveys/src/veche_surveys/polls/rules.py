"""What may happen to a poll, and what phase it is in. Pure: the time is passed in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from veche_shared.rejection import Rejected
from veche_shared.values.text import can_be_encoded, has_something_visible
from veche_surveys.polls.model import SITE_POLL, Phase, Poll, PollAction, PollDraft, PollStatus, Step

QUESTION_LIMIT = 500
OPTION_LIMIT = 200
OPTIONS_MIN = 2
OPTIONS_MAX = 100
OPTION_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""Codes name fields of the stored tally, so they hold neither dots nor dollar signs."""

TRANSITIONS: Mapping[tuple[str, PollAction], PollStatus] = {
    ("draft", "open"): "open",
    ("open", "close"): "closed",
}
"""Everything that can happen to a poll that exists. A closed poll stays closed: its result is published."""

DraftRejection = Literal[
    "empty",
    "too_long",
    "control_character",
    "too_few",
    "too_many",
    "code_malformed",
    "repeated",
    "out_of_range",
    "before_opening",
    "past",
]
ActionRejection = Literal["poll_unknown", "transition_not_allowed", "term_is_over"]

UNKNOWN = Rejected("poll_unknown")
"""There is no poll of that id, or the caller may not know of it."""


def draft_rejections(draft: PollDraft, now: datetime) -> list[Rejected]:
    """All that is wrong with a draft, each with a pointer to its field; an empty list: it can be created."""
    found = [*_text_rejections("/question", draft.question, draft.question_en, QUESTION_LIMIT)]
    if len(draft.options) < OPTIONS_MIN:
        found.append(_rejected("too_few", "/options", minimum=OPTIONS_MIN))
    if len(draft.options) > OPTIONS_MAX:
        found.append(_rejected("too_many", "/options", maximum=OPTIONS_MAX))
    codes: set[str] = set()
    texts: set[str] = set()
    for index, option in enumerate(draft.options):
        pointer = f"/options/{index}"
        found += _text_rejections(f"{pointer}/text", option.text, option.text_en, OPTION_LIMIT)
        if not OPTION_CODE.fullmatch(option.code):
            found.append(_rejected("code_malformed", f"{pointer}/code"))
        if option.code in codes:
            found.append(_rejected("repeated", f"{pointer}/code"))
        text = option.text.strip().casefold()
        if text and text in texts:
            found.append(_rejected("repeated", f"{pointer}/text"))
        codes.add(option.code)
        texts.add(text)
    if not 1 <= draft.max_choices <= max(1, len(draft.options)):
        found.append(_rejected("out_of_range", "/max_choices"))
    return found + _term_rejections(draft, now)


def _text_rejections(pointer: str, text: str, text_en: str | None, limit: int) -> list[Rejected]:
    found = [] if has_something_visible(text) else [_rejected("empty", pointer)]
    for field, value in ((pointer, text), (f"{pointer}_en", text_en or "")):
        if len(value) > limit:
            found.append(_rejected("too_long", field, limit=limit))
        if not can_be_encoded(value) or any(unicodedata.category(letter) == "Cc" for letter in value.strip()):
            found.append(_rejected("control_character", field))
    return found


def _term_rejections(draft: PollDraft, now: datetime) -> list[Rejected]:
    if draft.closes_at is None:
        return []
    if draft.closes_at <= now:
        return [_rejected("past", "/closes_at")]
    if draft.opens_at is not None and draft.closes_at <= draft.opens_at:
        return [_rejected("before_opening", "/closes_at")]
    return []


def _rejected(code: DraftRejection, field: str, **parameters: int) -> Rejected:
    return Rejected(code, field, parameters)


def created(draft: PollDraft, *, poll_id: str, actor: str, now: datetime) -> Poll:
    """The first version of a poll, from a draft that can be one."""
    return Poll(
        id=poll_id,
        version=1,
        status="draft",
        kind=SITE_POLL,
        question=draft.question.strip(),
        question_en=(draft.question_en or "").strip() or None,
        options=tuple(
            replace(option, text=option.text.strip(), text_en=(option.text_en or "").strip() or None)
            for option in draft.options
        ),
        max_choices=draft.max_choices,
        opens_at=draft.opens_at,
        closes_at=draft.closes_at,
        results_shown=draft.results_shown,
        history=(Step("create", actor, now),),
    )


def decide(poll: Poll, action: PollAction, *, actor: str, now: datetime) -> Poll | Rejected:
    """The poll after ``action``, or why it cannot be done.

    Opening never moves the beginning into the past: a vote that was rejected as too early stays so. Closing early ends
    the term now; closing late (the job did not run) leaves the announced end, since ballots count by when they were
    cast.
    """
    status = TRANSITIONS.get((poll.status, action))
    if status is None:
        return _not_possible("transition_not_allowed", poll, action)
    if action == "open" and poll.closes_at is not None and poll.closes_at <= now:
        return _not_possible("term_is_over", poll, action)
    opens_at, closes_at = poll.opens_at, poll.closes_at
    if action == "open":
        opens_at = max(opens_at or now, now)
    else:
        closes_at = min(closes_at or now, now)
    return replace(
        poll,
        version=poll.version + 1,
        status=status,
        opens_at=opens_at,
        closes_at=closes_at,
        history=(*poll.history, Step(action, actor, now)),
    )


def _not_possible(code: ActionRejection, poll: Poll, action: PollAction) -> Rejected:
    return Rejected(code, parameters={"status": poll.status, "action": action})


def phase(poll: Poll, now: datetime) -> Phase:
    """What the poll is at ``now``; of one in an unknown status the term decides."""
    if poll.status == "draft":
        return "draft"
    if poll.status == "closed" or (poll.closes_at is not None and now >= poll.closes_at):
        return "over"
    if poll.opens_at is not None and now < poll.opens_at:
        return "upcoming"
    return "voting"
