"""Counts what was sent, what was answered and what arrived, and compares the three. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ACCEPTED = 201
REPEATED = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """The API's answer to one row: the HTTP status that a request with it alone would get, and the problem's code.

    ``appeal`` is the id of the row's appeal. ``after_lost_answer``: an earlier answer to the row was lost, and the
    appeal was stored since the replay began, so that the API reports a repeat although the row may be the first.
    """

    status: int
    code: str | None = None
    detail: str | None = None
    appeal: str | None = None
    after_lost_answer: bool = False

    @property
    def final(self) -> bool:
        """Whether another attempt would be answered in the same way: not for overload and unavailability."""
        return self.status < 500 and self.status != 429


@dataclass(slots=True)
class Ledger:
    """The final answers, counted. ``rejected`` is by the problem's code, ``examples`` has one row for each code."""

    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    _appeals: set[str] = field(default_factory=set)

    def record(self, line: int, answer: Answer) -> None:
        """Count one row by its final answer; ``line`` is its number in the file."""
        self.sent += 1
        if answer.status in {ACCEPTED, REPEATED}:
            if self._is_new(answer):
                self.accepted += 1
            else:
                self.duplicates += 1
        else:
            code = answer.code or str(answer.status)
            self.rejected[code] += 1
            self.examples.setdefault(code, f"row {line}: {answer.detail or answer.status}")

    def _is_new(self, answer: Answer) -> bool:
        """An appeal that this replay has stored is accepted once, whichever of its rows is counted first."""
        if answer.status == REPEATED and not answer.after_lost_answer:
            return False
        if answer.appeal is None:
            return answer.status == ACCEPTED
        known = answer.appeal in self._appeals
        self._appeals.add(answer.appeal)
        return not known


@dataclass(frozen=True, slots=True)
class Counts:
    """What the services hold: cases by department (``triage`` among them), and feed entries by feed."""

    cases: Mapping[str, int]
    entries: Mapping[str, int]

    def since(self, before: Counts) -> Counts:
        """What was added since ``before``."""
        return Counts(_difference(self.cases, before.cases), _difference(self.entries, before.entries))

    @property
    def totals(self) -> tuple[int, int]:
        """All cases, and all feed entries."""
        return sum(self.cases.values()), sum(self.entries.values())


def _difference(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    grown = {name: count - before.get(name, 0) for name, count in now.items()}
    return {name: count for name, count in grown.items() if count}


def mismatches(ledger: Ledger, gained: Counts) -> list[str]:
    """The counts that do not agree, a sentence each; none where each accepted row is one case and one feed entry."""
    found: list[str] = []
    answered = ledger.accepted + ledger.duplicates + sum(ledger.rejected.values())
    if answered != ledger.sent:
        found.append(f"{ledger.sent} rows were sent, but {answered} were answered")
    cases, entries = gained.totals
    if cases != ledger.accepted:
        found.append(f"{ledger.accepted} appeals were accepted, but {cases} cases were opened")
    if entries != ledger.accepted:
        found.append(f"{ledger.accepted} appeals were accepted, but {entries} are in the feeds")
    for name in sorted({*gained.cases, *gained.entries}):
        routed, seen = gained.cases.get(name, 0), gained.entries.get(name, 0)
        if routed != seen:
            found.append(f"{name}: {routed} cases, but {seen} feed entries")
    return found


def by_size(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """Largest first, then by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
