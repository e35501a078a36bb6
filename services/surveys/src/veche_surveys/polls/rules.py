"""What may happen to a poll, and when a vote on it counts. Pure: the time is passed in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from veche_shared.contracts.surveys import PollChanged, PollChangedV1, PollOption
from veche_surveys.polls.model import SITE_POLL, Phase, Poll, PollAction, PollDraft, PollStatus, Step

SOURCE = "/veche/surveys"

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
"""Everything that can happen to a poll that exists. A closed poll stays closed: its result has been told."""

FlawCode = Literal[
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
RefusalCode = Literal["transition_not_allowed", "term_is_over"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a draft cannot be a poll: ``field`` as in the API (``options[1].text``), ``code`` stable."""

    field: str
    code: FlawCode


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action is not possible in the poll's present state."""

    code: RefusalCode
    status: str
    action: PollAction


def flaws(draft: PollDraft, now: datetime) -> list[Flaw]:
    """All that is wrong with a draft; an empty list means that it can be created."""
    found = [*_text_flaws("question", draft.question, draft.question_en, QUESTION_LIMIT)]
    if len(draft.options) < OPTIONS_MIN:
        found.append(Flaw("options", "too_few"))
    if len(draft.options) > OPTIONS_MAX:
        found.append(Flaw("options", "too_many"))
    codes: set[str] = set()
    texts: set[str] = set()
    for index, option in enumerate(draft.options):
        name = f"options[{index}]"
        found += _text_flaws(f"{name}.text", option.text, option.text_en, OPTION_LIMIT)
        if not OPTION_CODE.fullmatch(option.code):
            found.append(Flaw(f"{name}.code", "code_malformed"))
        if option.code in codes:
            found.append(Flaw(f"{name}.code", "repeated"))
        if option.text.strip() and option.text.strip().casefold() in texts:
            found.append(Flaw(f"{name}.text", "repeated"))
        codes.add(option.code)
        texts.add(option.text.strip().casefold())
    if not 1 <= draft.max_choices <= max(1, len(draft.options)):
        found.append(Flaw("max_choices", "out_of_range"))
    return found + _term_flaws(draft, now)


def _text_flaws(field: str, text: str, text_en: str | None, limit: int) -> list[Flaw]:
    found = [Flaw(field, "empty")] if not text.strip() else []
    for name, value in ((field, text), (f"{field}_en", text_en or "")):
        if len(value) > limit:
            found.append(Flaw(name, "too_long"))
        if any(unicodedata.category(letter) == "Cc" for letter in value.strip()):
            found.append(Flaw(name, "control_character"))
    return found


def _term_flaws(draft: PollDraft, now: datetime) -> list[Flaw]:
    if draft.closes_at is None:
        return []
    if draft.closes_at <= now:
        return [Flaw("closes_at", "past")]
    if draft.opens_at is not None and draft.closes_at <= draft.opens_at:
        return [Flaw("closes_at", "before_opening")]
    return []


def created(draft: PollDraft, *, poll_id: str, actor: str, now: datetime) -> Poll:
    """The first version of a poll, from a draft without flaws."""
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


def decide(poll: Poll, action: PollAction, *, actor: str, now: datetime) -> Poll | Refusal:
    """The poll after ``action``, or why it cannot be done.

    Opening never moves the beginning into the past: a vote that was refused as too early stays so. Closing early ends
    the term now; closing late (the worker was away) leaves the announced end, since ballots count by when they were
    cast.
    """
    status = TRANSITIONS.get((poll.status, action))
    if status is None:
        return Refusal("transition_not_allowed", poll.status, action)
    if action == "open" and poll.closes_at is not None and poll.closes_at <= now:
        return Refusal("term_is_over", poll.status, action)
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


def phase(poll: Poll, now: datetime) -> Phase:
    """What to tell a person who looks at the poll at ``now``; an unknown status is judged by the poll's term."""
    if poll.status == "draft":
        return "draft"
    if poll.status == "closed" or (poll.closes_at is not None and now >= poll.closes_at):
        return "over"
    if poll.opens_at is not None and now < poll.opens_at:
        return "upcoming"
    return "voting"


def results_visible(poll: Poll, now: datetime) -> bool:
    """Whether the split of votes may be told; how many have voted is never a secret.

    Where a newer release has stored another choice than «always», it is told at the end.
    """
    stage = phase(poll, now)
    return stage == "over" or (stage != "draft" and poll.results_shown == "always")


def changed_event(poll: Poll, event_id: str, traceparent: str | None = None) -> PollChangedV1:
    """What other services are told of the poll's newest version: its whole state."""
    data = PollChanged(
        poll_id=poll.id,
        version=poll.version,
        status=poll.status,
        question=poll.question,
        question_en=poll.question_en,
        options=[PollOption(code=option.code, text=option.text, text_en=option.text_en) for option in poll.options],
        max_choices=poll.max_choices,
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
    )
    return PollChangedV1(
        id=event_id, source=SOURCE, subject=poll.id, time=poll.history[-1].at, traceparent=traceparent, data=data
    )
