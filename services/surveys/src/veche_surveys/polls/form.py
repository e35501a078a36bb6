"""The form of a new poll: from what a person typed to a draft, or to what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from veche_surveys.polls import rules
from veche_surveys.polls.model import Option, PollDraft, ResultsShown
from veche_surveys.polls.rules import FlawCode

FormField = Literal["question", "question_en", "options", "max_choices", "opens_at", "closes_at", "results_shown"]
FaultCode = FlawCode | Literal["not_a_number", "not_a_moment", "unknown_choice"]

TRANSLATION = "|"
"""Between an option and its English text on one line of the form."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a field; ``line`` counts the lines of the options from 1."""

    field: FormField
    code: FaultCode
    line: int | None = None


def read_form(fields: Mapping[str, str], zone: ZoneInfo, now: datetime) -> PollDraft | list[Fault]:
    """The draft that the form describes, or all its faults. Moments are typed on the city's clock (``zone``)."""
    faults: list[Fault] = []
    given = {name: fields.get(name, "").strip() for name in get_args(FormField)}
    opens_at = _moment("opens_at", given["opens_at"], zone, faults)
    closes_at = _moment("closes_at", given["closes_at"], zone, faults)
    shown: ResultsShown = "after_close" if given["results_shown"] == "after_close" else "always"
    if given["results_shown"] not in {"", *get_args(ResultsShown)}:
        faults.append(Fault("results_shown", "unknown_choice"))
    max_choices = 1
    if re.fullmatch(r"[0-9]{1,4}", given["max_choices"]):
        max_choices = int(given["max_choices"])
    elif given["max_choices"]:
        faults.append(Fault("max_choices", "not_a_number"))
    draft = PollDraft(
        question=given["question"],
        question_en=given["question_en"] or None,
        options=_options(given["options"]),
        max_choices=max_choices,
        opens_at=opens_at,
        closes_at=closes_at,
        results_shown=shown,
    )
    for flaw in rules.flaws(draft, now):
        fault = _fault(flaw.field, flaw.code)
        if fault not in faults:
            faults.append(fault)
    return faults or draft


def _options(text: str) -> tuple[Option, ...]:
    lines = [line.partition(TRANSLATION) for line in text.splitlines() if line.strip()]
    return tuple(
        Option(str(number), russian.strip(), english.strip() or None)
        for number, (russian, _, english) in enumerate(lines, 1)
    )


def _moment(field: FormField, text: str, zone: ZoneInfo, faults: list[Fault]) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        faults.append(Fault(field, "not_a_moment"))
        return None


def _fault(field: str, code: FlawCode) -> Fault:
    place = re.fullmatch(r"options\[(\d+)\].*", field)
    if place:
        return Fault("options", code, int(place[1]) + 1)
    for known in get_args(FormField):
        if field == known:
            name: FormField = known
            return Fault(name, code)
    raise ValueError(f"a flaw in an unknown field: {field}")
