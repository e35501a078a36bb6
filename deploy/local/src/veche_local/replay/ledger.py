"""The account of a replay: what went in, what came out at each station, and whether the two agree. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ACCEPTED = 201
REPEATED = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door said of one row: the HTTP status that it would have got alone, and the problem's code.

    ``appeal`` is the id of the appeal that stands for the row. ``after_silence`` says that an earlier answer to the row
    was lost and that the appeal was stored since the replay began: the door calls the row a repeat, yet it may be a
    repeat of nothing but itself.
    """

    status: int
    code: str | None = None
    detail: str | None = None
    appeal: str | None = None
    after_silence: bool = False

    @property
    def final(self) -> bool:
        """Whether asking again would change nothing: all but overload and unavailability."""
        return self.status < 500 and self.status != 429


@dataclass(slots=True)
class Ledger:
    """What the door answered, counted. ``rejected`` is by the problem's code; ``examples`` keeps one row for each."""

    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    _appeals: set[str] = field(default_factory=set)

    def enter(self, line: int, answer: Answer) -> None:
        """Book one row by its final answer; ``line`` is its number in the file."""
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
        """Each appeal that came with this replay is accepted once, whichever of its rows is booked first."""
        if answer.status == REPEATED and not answer.after_silence:
            return False
        if answer.appeal is None:
            return answer.status == ACCEPTED
        known = answer.appeal in self._appeals
        self._appeals.add(answer.appeal)
        return not known


@dataclass(frozen=True, slots=True)
class Counts:
    """How much each station holds: cases by department (``triage`` among them) and feed entries by feed."""

    cases: Mapping[str, int]
    entries: Mapping[str, int]

    def since(self, before: Counts) -> Counts:
        """What has come since ``before``."""
        return Counts(_difference(self.cases, before.cases), _difference(self.entries, before.entries))

    @property
    def settled(self) -> tuple[int, int]:
        return sum(self.cases.values()), sum(self.entries.values())


def _difference(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    grown = {name: count - before.get(name, 0) for name, count in now.items()}
    return {name: count for name, count in grown.items() if count}


def disagreements(ledger: Ledger, gained: Counts) -> list[str]:
    """What does not add up, a sentence each; empty where every accepted row is one case and one feed entry."""
    found: list[str] = []
    booked = ledger.accepted + ledger.duplicates + sum(ledger.rejected.values())
    if booked != ledger.sent:
        found.append(f"{ledger.sent} rows were sent, but {booked} were answered")
    cases, entries = gained.settled
    if cases != ledger.accepted:
        found.append(f"{ledger.accepted} appeals were accepted, but {cases} cases were opened")
    if entries != ledger.accepted:
        found.append(f"{ledger.accepted} appeals were accepted, but {entries} stand in the feeds")
    for name in sorted({*gained.cases, *gained.entries}):
        routed, seen = gained.cases.get(name, 0), gained.entries.get(name, 0)
        if routed != seen:
            found.append(f"{name}: {routed} cases, but {seen} feed entries")
    return found


def by_size(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
