"""Compares the answers that senders got with what is stored. Pure.

The guarantees: what was accepted is stored exactly once in every service; what was rejected is not stored; what got no
certain answer is stored at most once; nothing is stored that was not sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["appeal", "vote"]
KINDS: tuple[Kind, ...] = ("appeal", "vote")

SHOWN = 5
"""How many examples of one violation are named."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one attempt: the HTTP status, None where there was none.

    ``name`` is the appeal's number or the vote's id, ``code`` the appeal's tracking code; both if it was accepted.
    """

    status: int | None
    name: str | None = None
    code: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status in (200, 201)

    @property
    def rejected(self) -> bool:
        """A final no: the same request will never be accepted."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def uncertain(self) -> bool:
        """A server error, or no answer: it may have been stored, and is sent again."""
        return self.status is None or self.status >= 500


@dataclass(slots=True)
class Ledger:
    """Every answer to every attempt, by kind and external id."""

    answers: dict[Kind, dict[str, list[Answer]]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def record(self, kind: Kind, key: str, answer: Answer) -> None:
        self.answers[kind].setdefault(key, []).append(answer)

    def accepted(self, kind: Kind) -> dict[str, Answer]:
        """The first answer that accepted it, by external id."""
        first: dict[str, Answer] = {}
        for key, answers in self.answers[kind].items():
            for answer in answers:
                if answer.accepted:
                    first.setdefault(key, answer)
        return first

    def statuses(self) -> Counter[int | None]:
        """How often there was each status."""
        return Counter(answer.status for kind in KINDS for answers in self.answers[kind].values() for answer in answers)


@dataclass(frozen=True, slots=True)
class Stored:
    """The content of the databases. ``appeals`` and ``votes`` are pairs of external id and name, as intake stores them.

    ``copies`` counts, for each collection that an appeal must reach (cases, entries, …), the documents by its number.
    ``tally`` has the stored count of each option, ``recount`` the count of the ballots.
    """

    appeals: Sequence[tuple[str, str]] = ()
    copies: Mapping[str, Counter[str]] = field(default_factory=dict)
    votes: Sequence[tuple[str, str]] = ()
    ballots: Counter[str] = field(default_factory=Counter)
    rejected_ballots: int = 0
    tally: Mapping[str, int] = field(default_factory=dict)
    tally_ballots: int = 0
    recount: Mapping[str, int] = field(default_factory=dict)
    outbox: Mapping[str, int] = field(default_factory=dict)
    dead_letters: Mapping[str, Sequence[str]] = field(default_factory=dict)


def in_progress(stored: Stored) -> list[str]:
    """What has not yet arrived where it must, a sentence each."""
    names = {name for _, name in stored.appeals}
    missing = [_named(f"appeals not yet in {place}", names - counts.keys()) for place, counts in stored.copies.items()]
    missing.append(_named("votes not yet counted", {name for _, name in stored.votes} - stored.ballots.keys()))
    missing += [f"{count} events wait in the outbox of {service}" for service, count in stored.outbox.items() if count]
    return [sentence for sentence in missing if sentence]


def violations(ledger: Ledger, stored: Stored) -> list[str]:
    """Every violated guarantee, a sentence each. Call it once nothing is in progress any more."""
    found = [*in_progress(stored), *_answers(ledger)]
    found += _stored("appeal", ledger, stored.appeals)
    found += _stored("vote", ledger, stored.votes)
    found += _copies(stored)
    found += _ballots(stored)
    found += [f"{service} has dead letters: {_some(ids)}" for service, ids in stored.dead_letters.items() if ids]
    return [sentence for sentence in found if sentence]


def _answers(ledger: Ledger) -> Iterator[str]:
    for kind in KINDS:
        several: list[str] = []
        unclear: list[str] = []
        both: list[str] = []
        for key, answers in ledger.answers[kind].items():
            accepted = [answer for answer in answers if answer.accepted]
            if len({(answer.name, answer.code) for answer in accepted}) > 1:
                several.append(key)
            if not all(answer.accepted or answer.rejected or answer.uncertain for answer in answers):
                unclear.append(key)
            if accepted and any(answer.rejected for answer in answers):
                both.append(key)
        yield _named(f"{kind}s whose repeat got another answer", several)
        yield _named(f"{kind}s with an answer that is neither yes nor no", unclear)
        yield _named(f"{kind}s that were accepted and rejected", both)


def _stored(kind: Kind, ledger: Ledger, stored: Sequence[tuple[str, str]]) -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for key, name in stored:
        names.setdefault(key, []).append(name)
    accepted = ledger.accepted(kind)
    sent = ledger.answers[kind]
    rejected = {key for key, answers in sent.items() if answers[-1].rejected and key not in accepted}
    yield _named(f"{kind}s accepted and lost", accepted.keys() - names.keys())
    yield _named(f"{kind}s stored more than once", [key for key, found in names.items() if len(found) > 1])
    yield _named(
        f"{kind}s stored under another name than in the answer",
        [key for key, answer in accepted.items() if key in names and names[key] != [answer.name]],
    )
    yield _named(f"{kind}s rejected and stored", rejected & names.keys())
    yield _named(f"{kind}s that were not sent", names.keys() - sent.keys())
    uses = Counter(name for _, name in stored)
    yield _named(f"names of several {kind}s", [name for name, count in uses.items() if count > 1])


def _copies(stored: Stored) -> Iterator[str]:
    names = {name for _, name in stored.appeals}
    for place, counts in stored.copies.items():
        yield _named(f"appeals more than once in {place}", [name for name, count in counts.items() if count > 1])
        yield _named(f"in {place} and not in intake", counts.keys() - names)


def _ballots(stored: Stored) -> Iterator[str]:
    yield _named("votes counted more than once", [name for name, count in stored.ballots.items() if count > 1])
    yield _named(
        "ballots of votes that intake does not have", stored.ballots.keys() - {name for _, name in stored.votes}
    )
    ballots = stored.ballots.total()
    if stored.tally_ballots != ballots:
        yield f"the tally has {stored.tally_ballots} ballots, there are {ballots}"
    if dict(stored.tally) != dict(stored.recount):
        yield f"the tally is {dict(stored.tally)}, the count of the ballots {dict(stored.recount)}"
    if stored.rejected_ballots:
        yield f"{stored.rejected_ballots} votes were accepted and then rejected"


def _named(what: str, which: Iterable[str]) -> str:
    names = sorted(which)
    return f"{what}: {len(names)} ({_some(names)})" if names else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
