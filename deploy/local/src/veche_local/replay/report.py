"""The report of a replay: its lines, and whether the counts agree. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from veche_local.replay.ledger import Counts, Ledger, by_size, mismatches

TRIAGE = "triage"
SHOWN_DEPARTMENTS = 20


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A finished replay: the answers, what the services have gained meanwhile, and the names of the departments."""

    ledger: Ledger
    gained: Counts
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def mismatches(self) -> list[str]:
        """Counts that do not agree, a sentence each."""
        return mismatches(self.ledger, self.gained)

    @property
    def exit_code(self) -> int:
        """0 where all counts agree, else 1."""
        return 1 if self.mismatches else 0

    def lines(self) -> list[tuple[str, int]]:
        """The table: stage and count. The departments with most cases by name, the others as one line."""
        ledger, (cases, entries) = self.ledger, self.gained.totals
        departments = list(by_size({code: count for code, count in self.gained.cases.items() if code != TRIAGE}))
        hidden = departments[SHOWN_DEPARTMENTS:]
        others = [(f"  {len(hidden)} more departments", sum(count for _, count in hidden))] if hidden else []
        return [
            ("sent", ledger.sent),
            ("accepted", ledger.accepted),
            ("duplicates", ledger.duplicates),
            ("rejected", sum(ledger.rejected.values())),
            *((f"  {code}", count) for code, count in by_size(ledger.rejected)),
            ("cases opened", cases),
            ("  in triage", self.gained.cases.get(TRIAGE, 0)),
            *((f"  {self.names.get(code, code)}", count) for code, count in islice(departments, SHOWN_DEPARTMENTS)),
            *others,
            ("seen in feeds", entries),
        ]
