"""A case as its pages show it: labels, tones, sentences, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from veche_routing.cases.model import FINISHED, Case, Entry, Label
from veche_routing.packs.model import Department
from veche_shared.calendar import CityCalendar, Remaining, Urgency, remaining
from veche_shared.clock import Clock
from veche_shared.web.components import Chip, ListRow, TimelineEntry, Tone
from veche_shared.web.localisation import CityFormats, Language, Messages

LOOKS: Mapping[str, tuple[Tone, str]] = {
    "new": ("bronze", "circle-dot"),
    "assigned": ("blue", "circle-arrow-right"),
    "in_progress": ("pine", "circle-ellipsis"),
    "answered": ("green", "mail-check"),
    "closed": ("plain", "circle-check"),
    "triage": ("bronze", "split"),
    "reopened": ("bronze", "rotate-ccw"),
}
"""How a state is shown: a status, or where a case in triage comes from. A status that a newer release has stored is
shown as «in progress»."""

TONES: Mapping[str, Tone] = {
    "open": "bronze",
    "assign": "blue",
    "accept": "pine",
    "answer": "green",
    "close": "plain",
    "return_to_triage": "bronze",
    "reassign": "blue",
    "reopen": "bronze",
}
"""How an action is shown in the history; one that a newer release has stored is plain and called «changed»."""


@dataclass(frozen=True, slots=True)
class CasePresenter:
    """Shows cases in one language: ``words`` are its messages, ``formats`` its dates and numbers."""

    words: Messages
    formats: CityFormats
    language: Language
    calendar: CityCalendar
    clock: Clock

    def name(self, label: Label | None) -> str | None:
        if label is None:
            return None
        return label.name_en if self.language == "en" and label.name_en else label.name

    def state(self, case: Case) -> str:
        """Which of ``LOOKS`` the case has."""
        if not case.in_triage:
            return case.status if case.status in LOOKS else "in_progress"
        return "reopened" if case.last.action == "reopen" else "triage"

    def chip(self, case: Case) -> Chip:
        state = self.state(case)
        return Chip(self.words(f"case-status-{state}"), *LOOKS[state])

    def term(self, case: Case) -> tuple[str | None, Urgency]:
        """The term as a sentence, and how urgent it is; a case that is answered has kept its term or not, calmly."""
        if case.due is None:
            return self.words("case-no-term"), "calm"
        left = self.left(case)
        return self.formats.term(case.due.on, left), "calm" if left is None else left.urgency

    def left(self, case: Case) -> Remaining | None:
        """What remains of the term; None where none was counted, and for a case that has its answer."""
        if case.due is None or case.status in FINISHED:
            return None
        return remaining(case.due.due(case.registered_at), self.clock(), self.calendar)

    def counted(self, case: Case) -> str | None:
        """How long the term is: «8 рабочих дней»; None without a term, or for a unit that there are no words for."""
        message = "" if case.due is None else f"case-counted-{case.due.unit}"
        return self.words(message, n=case.due.amount) if case.due and message in self.words else None

    def history(self, case: Case) -> list[TimelineEntry]:
        return [self._entry(entry, is_last=entry is case.last) for entry in case.history]

    def _entry(self, entry: Entry, *, is_last: bool) -> TimelineEntry:
        department = self.name(entry.department) or ""
        return TimelineEntry(
            title=self.words(f"case-did-{entry.action if entry.action in TONES else 'other'}", department=department),
            at=entry.at,
            text=entry.answer or entry.reason,
            by=entry.actor_name or self.words("case-by-itself"),
            state="now" if is_last and entry.status != "closed" else "done",
            tone=TONES.get(entry.action, "plain"),
        )

    def choices(self, case: Case, departments: Iterable[Department]) -> list[tuple[str, str]]:
        """Of ``departments`` those that the case could go to: code and name."""
        present = None if case.department is None else case.department.code
        return [
            (item.code, (self.language == "en" and item.name_en) or item.name)
            for item in departments
            if item.code != present
        ]

    def triage_reason(self, case: Case) -> str | None:
        """Why the case waits for a coordinator; None where this release has no words for the reason."""
        message = f"case-triage-{case.why.triage_reason}"
        return self.words(message) if message in self.words else None

    def channel(self, case: Case) -> str:
        """The channel's name; the code itself where this release has no name for it."""
        message = f"case-channel-{case.channel}"
        return self.words(message) if message in self.words else case.channel

    def row(self, case: Case) -> ListRow:
        page = case_path(case.number)
        return ListRow(
            number=case.number,
            href=page,
            panel_url=f"{page}/panel",
            topic=self.name(case.topic) or self.words("case-topic-none"),
            line=case.summary,
            at=case.registered_at,
            place=case.address or self.name(case.territory),
            channel=self.channel(case),
            chip=self.chip(case),
            waits=case.status not in FINISHED,
            left=self.left(case),
        )


def case_path(number: str) -> str:
    return f"/cases/{quote(number)}"
