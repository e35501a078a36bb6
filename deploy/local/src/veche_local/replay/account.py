"""What a replay has to show: the account, line by line, and whether it adds up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from veche_local.replay.ledger import Counts, Ledger, by_size, disagreements

TRIAGE = "triage"
SHOWN_DEPARTMENTS = 20


@dataclass(frozen=True, slots=True)
class Account:
    """A finished replay: what the door answered, what the stations gained meanwhile, and the departments' names."""

    ledger: Ledger
    gained: Counts
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        """What does not add up, a sentence each."""
        return disagreements(self.ledger, self.gained)

    @property
    def exit_code(self) -> int:
        """0 where everything adds up, else 1."""
        return 1 if self.faults else 0

    def lines(self) -> list[tuple[str, int]]:
        """The table: station and count. The biggest departments by name, the rest as one line."""
        ledger, (cases, entries) = self.ledger, self.gained.settled
        departments = list(by_size({code: count for code, count in self.gained.cases.items() if code != TRIAGE}))
        rest = departments[SHOWN_DEPARTMENTS:]
        others = [(f"  {len(rest)} more departments", sum(count for _, count in rest))] if rest else []
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
