"""The state of an appeal as a neighbour would say it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from veche_intake.status.model import AppealStatus, Name, PublicState, PublicView, Step
from veche_shared.calendar import CityCalendar, Due, Remaining, remaining
from veche_shared.clock import Clock
from veche_shared.web import Language
from veche_shared.web.components import TimelineEntry, Tone
from veche_shared.web.localisation import CityFormats, Messages

# Nouns whose accusative is their nominative: «передано в департамент …» is right with these without declining.
_UNCHANGED: Final = frozenset(
    {"департамент", "управление", "комитет", "отдел", "учреждение", "предприятие", "центр", "сектор", "агентство"}
    | {"department", "directorate", "committee", "office", "division"}
)
_ACTIONS: Final = frozenset({"open", "assign", "accept", "answer", "close", "return_to_triage", "reassign", "reopen"})
"""The actions that have words of their own; an unknown one reads «something has changed»."""
_TONES: Final[Mapping[PublicState, Tone]] = {"answered": "green", "closed": "plain"}
_ICONS: Final[Mapping[PublicState, str]] = {"answered": "mail-check", "assigned": "circle-arrow-right"}


@dataclass(frozen=True, slots=True)
class StatusPresenter:
    """Words an appeal's state in the languages of the pages, with the city's dates."""

    messages: Mapping[Language, Messages]
    formats: Mapping[Language, CityFormats]
    calendar: CityCalendar
    clock: Clock

    def state(self, status: AppealStatus, language: Language) -> str:
        """One sentence on where the appeal is, since when, and by when an answer is due."""
        say, formats, view = self.messages[language], self.formats[language], status.view
        if view is None:
            return say("appeal-state-received", day=formats.day(status.registered_at))
        department = in_language(view.department, language)
        left = self._left(view)
        term = {
            "due": "none" if view.due_on is None else "known" if left is None else "counted",
            "term": "" if view.due_on is None else formats.day(view.due_on),
            "left": "" if left is None else formats.remaining(left),
        }
        if view.state == "open":
            return say("appeal-state-open", **term)
        if view.state == "deciding" or department is None:
            return say("appeal-state-deciding", day=formats.day(status.registered_at))
        form = "unchanged" if department.split(maxsplit=1)[0].lower() in _UNCHANGED else "named"
        in_sentence = (
            department[:1].lower() + department[1:] if form == "unchanged" and language == "ru" else department
        )
        return say(
            f"appeal-state-{view.state.replace('_', '-')}",
            department=in_sentence,
            form=form,
            day=formats.day(view.since),
            **term,
        )

    def steps(self, status: AppealStatus, language: Language) -> list[TimelineEntry]:
        """What really happened, oldest first, and what is still to come."""
        say, formats, view = self.messages[language], self.formats[language], status.view
        entries = [TimelineEntry(say("appeal-step-received"), at=status.registered_at)]
        if view is None:
            entries.append(TimelineEntry(say("appeal-step-deciding-now"), state="now"))
            return entries
        last = view.steps[-1]
        for step in view.steps:
            if step.action == "open" and step.state == "deciding" and step is not last:
                continue
            entries.append(self._entry(step, language, now=step is last and view.state not in {"answered", "closed"}))
        if view.state not in {"answered", "closed"}:
            term = None if view.due_on is None else formats.term(view.due_on, self._left(view))
            entries.append(TimelineEntry(say("appeal-step-answer-ahead"), text=term, state="ahead"))
        return entries

    def _left(self, view: PublicView) -> Remaining | None:
        """What remains of the term now; None where no term was counted."""
        due = Due.of(view.registered_at, view.due_at, view.due_unit)
        return None if due is None else remaining(due, self.clock(), self.calendar)

    def _entry(self, step: Step, language: Language, *, now: bool) -> TimelineEntry:
        say = self.messages[language]
        department = in_language(step.department, language)
        action = "assign" if step.action == "open" and step.state == "assigned" else step.action
        return TimelineEntry(
            say(f"appeal-step-{action.replace('_', '-')}" if action in _ACTIONS else "appeal-step-other"),
            at=step.at,
            by=department if action in {"assign", "reassign", "accept", "answer"} else None,
            state="now" if now else "done",
            tone=_TONES.get(step.state, "plain"),
            icon_name=_ICONS.get(step.state) if not now else None,
        )


def in_language(name: Name | None, language: Language) -> str | None:
    """A name in a language; in Russian where it has no other."""
    if name is None:
        return None
    return name.en or name.ru if language == "en" else name.ru
