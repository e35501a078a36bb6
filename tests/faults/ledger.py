"""What senders asked for and were told, beside what stands in the databases, and whether the promises were kept. Pure.

The promises: what was accepted exists exactly once in every service; what was refused does not exist; of what nobody
could tell, there is at most one; every other answer says that it was not accepted; nothing exists that nobody sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["appeal", "vote"]
KINDS: tuple[Kind, ...] = ("appeal", "vote")

SHOWN = 5
"""So many examples are named where a promise was broken many times."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt to send got: the HTTP status, None where the connection gave none.

    ``name`` is the appeal's number or the vote's id, ``code`` the appeal's tracking code; both only where it was taken.
    """

    status: int | None
    name: str | None = None
    code: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status in (200, 201)

    @property
    def refused(self) -> bool:
        """A final no: the same request will never be taken."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def unsure(self) -> bool:
        """Not accepted, and it may be sent again: a server's trouble, or no answer at all."""
        return self.status is None or self.status >= 500


@dataclass(slots=True)
class Ledger:
    """Every answer to every attempt, by what the sender calls the thing (its external id)."""

    answers: dict[Kind, dict[str, list[Answer]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def record(self, kind: Kind, key: str, answer: Answer) -> None:
        self.answers[kind].setdefault(key, []).append(answer)

    def accepted(self, kind: Kind) -> dict[str, Answer]:
        """The first answer that took it, by external id."""
        found: dict[str, Answer] = {}
        for key, answers in self.answers[kind].items():
            for answer in answers:
                if answer.accepted:
                    found.setdefault(key, answer)
        return found

    def statuses(self) -> Counter[int | None]:
        """How often each status was answered."""
        return Counter(answer.status for kind in KINDS for answers in self.answers[kind].values() for answer in answers)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the databases. ``appeals`` and ``votes`` are pairs of external id and name, as intake keeps them.

    ``copies`` counts, for each place that an appeal must reach (cases, entries, …), the documents by appeal's number.
    ``tally`` is what the poll's kept tally says for each option, ``recount`` what its ballots say.
    """

    appeals: Sequence[tuple[str, str]] = ()
    copies: Mapping[str, Counter[str]] = field(default_factory=dict)
    votes: Sequence[tuple[str, str]] = ()
    ballots: Counter[str] = field(default_factory=Counter)
    spoiled: int = 0
    tally: Mapping[str, int] = field(default_factory=dict)
    tally_ballots: int = 0
    recount: Mapping[str, int] = field(default_factory=dict)
    outbox: Mapping[str, int] = field(default_factory=dict)
    dead_letters: Mapping[str, Sequence[str]] = field(default_factory=dict)


def on_its_way(found: Found) -> list[str]:
    """What has not yet arrived where it must; empty once all is quiet."""
    names = {name for _, name in found.appeals}
    waiting = [_told(f"appeals not yet in {place}", names - counts.keys()) for place, counts in found.copies.items()]
    waiting.append(_told("votes not yet counted", {name for _, name in found.votes} - found.ballots.keys()))
    waiting += [f"{count} events wait in the outbox of {service}" for service, count in found.outbox.items() if count]
    return [sentence for sentence in waiting if sentence]


def broken_promises(ledger: Ledger, found: Found) -> list[str]:
    """Every promise that was not kept, one sentence each, to be asked once all is quiet; empty where all is well."""
    broken = [*on_its_way(found), *_answers(ledger)]
    broken += _stored("appeal", ledger, found.appeals)
    broken += _stored("vote", ledger, found.votes)
    broken += _appeals_travelled(found)
    broken += _votes_counted(found)
    broken += [f"{service} has dead letters: {_some(ids)}" for service, ids in found.dead_letters.items() if ids]
    return [sentence for sentence in broken if sentence]


def _answers(ledger: Ledger) -> Iterator[str]:
    for kind in KINDS:
        several: list[str] = []
        nothing: list[str] = []
        both: list[str] = []
        for key, answers in ledger.answers[kind].items():
            taken = [answer for answer in answers if answer.accepted]
            if len({(answer.name, answer.code) for answer in taken}) > 1:
                several.append(key)
            if not all(answer.accepted or answer.refused or answer.unsure for answer in answers):
                nothing.append(key)
            if taken and any(answer.refused for answer in answers):
                both.append(key)
        yield _told(f"{kind}s whose repeat was given another answer", several)
        yield _told(f"{kind}s whose sender was told neither yes nor no", nothing)
        yield _told(f"{kind}s that were taken and refused", both)


def _stored(kind: Kind, ledger: Ledger, stored: Sequence[tuple[str, str]]) -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for key, name in stored:
        names.setdefault(key, []).append(name)
    accepted = ledger.accepted(kind)
    asked = ledger.answers[kind]
    refused = {key for key, answers in asked.items() if answers[-1].refused and key not in accepted}
    yield _told(f"{kind}s accepted and lost", accepted.keys() - names.keys())
    yield _told(f"{kind}s stored more than once", [key for key, found in names.items() if len(found) > 1])
    yield _told(
        f"{kind}s stored under another name than was told",
        [key for key, answer in accepted.items() if key in names and names[key] != [answer.name]],
    )
    yield _told(f"{kind}s refused and stored", refused & names.keys())
    yield _told(f"{kind}s that nobody sent", names.keys() - asked.keys())
    given = Counter(name for _, name in stored)
    yield _told(f"names given to several {kind}s", [name for name, count in given.items() if count > 1])


def _appeals_travelled(found: Found) -> Iterator[str]:
    names = {name for _, name in found.appeals}
    for place, counts in found.copies.items():
        yield _told(f"appeals more than once in {place}", [name for name, count in counts.items() if count > 1])
        yield _told(f"in {place}, and in no intake", counts.keys() - names)


def _votes_counted(found: Found) -> Iterator[str]:
    yield _told("votes counted more than once", [name for name, count in found.ballots.items() if count > 1])
    yield _told("ballots of votes that intake never took", found.ballots.keys() - {name for _, name in found.votes})
    ballots = found.ballots.total()
    if found.tally_ballots != ballots:
        yield f"the tally says {found.tally_ballots} ballots, the box holds {ballots}"
    if dict(found.tally) != dict(found.recount):
        yield f"the tally says {dict(found.tally)}, the ballots say {dict(found.recount)}"
    if found.spoiled:
        yield f"{found.spoiled} votes were accepted and then rejected"


def _told(what: str, which: Iterable[str]) -> str:
    names = sorted(which)
    return f"{what}: {len(names)} ({_some(names)})" if names else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
