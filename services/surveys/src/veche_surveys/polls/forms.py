"""The form of a new poll: from what a person typed to a draft, or to all that is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from veche_shared.rejection import Rejected
from veche_shared.values.moment import is_within_bounds
from veche_surveys.polls import rules
from veche_surveys.polls.model import Option, PollDraft, ResultsShown

FormField = Literal["question", "question_en", "options", "max_choices", "opens_at", "closes_at", "results_shown"]
FormRejection = Literal["not_a_number", "not_a_moment", "moment_out_of_bounds", "unknown_choice"]
"""What only a form can say wrongly: in JSON these values have types."""

TRANSLATION = "|"
"""Between an option and its English text on one line of the form."""


def read_form(fields: Mapping[str, str], zone: ZoneInfo, now: datetime) -> PollDraft | list[Rejected]:
    """The draft that the form describes, or all that is wrong with it, as pointers into the draft.

    Options are lines; moments are typed as local time of the city (``zone``).
    """
    rejected: list[Rejected] = []
    given = {name: fields.get(name, "").strip() for name in get_args(FormField)}
    opens_at = _moment("opens_at", given["opens_at"], zone, rejected)
    closes_at = _moment("closes_at", given["closes_at"], zone, rejected)
    shown: ResultsShown = "after_close" if given["results_shown"] == "after_close" else "always"
    if given["results_shown"] not in {"", *get_args(ResultsShown)}:
        rejected.append(_rejected("results_shown", "unknown_choice"))
    max_choices = 1
    if re.fullmatch(r"[0-9]{1,4}", given["max_choices"]):
        max_choices = int(given["max_choices"])
    elif given["max_choices"]:
        rejected.append(_rejected("max_choices", "not_a_number"))
    draft = PollDraft(
        question=given["question"],
        question_en=given["question_en"] or None,
        options=_options(given["options"]),
        max_choices=max_choices,
        opens_at=opens_at,
        closes_at=closes_at,
        results_shown=shown,
    )
    rejected += rules.draft_rejections(draft, now)
    return rejected or draft


def _options(text: str) -> tuple[Option, ...]:
    lines = [line.partition(TRANSLATION) for line in text.splitlines() if line.strip()]
    return tuple(
        Option(str(number), russian.strip(), english.strip() or None)
        for number, (russian, _, english) in enumerate(lines, 1)
    )


def _moment(field: FormField, text: str, zone: ZoneInfo, rejected: list[Rejected]) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        rejected.append(_rejected(field, "not_a_moment"))
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if not is_within_bounds(moment):
        rejected.append(_rejected(field, "moment_out_of_bounds"))
        return None
    return moment.astimezone(UTC)


def _rejected(field: FormField, code: FormRejection) -> Rejected:
    return Rejected(code, f"/{field}")
