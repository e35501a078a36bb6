"""The judge of the fault tests is judged here: a broken promise of each kind is found, and a kept one is no fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults.ledger import Answer, Found, Kind, Ledger, broken_promises, on_its_way

TAKEN = Answer(201, "Д-1", "code")
COUNTED = Answer(201, "v-1")
AWAY = Answer(503)
CUT = Answer(None)


def told(*answers: Answer, kind: Kind = "appeal", key: str = "one") -> Ledger:
    """A ledger of one thing that was sent so many times."""
    ledger = Ledger()
    for answer in answers:
        ledger.record(kind, key, answer)
    return ledger


def appeal_everywhere(number: str = "Д-1", key: str = "one") -> Found:
    """One appeal where it must be."""
    return Found(
        appeals=[(key, number)],
        copies={place: Counter([number]) for place in ("cases", "entries", "statuses")},
        outbox={"intake": 0, "routing": 0},
        dead_letters={"routing": []},
    )


def vote_counted() -> Found:
    """One vote, counted."""
    return Found(
        votes=[("one", "v-1")], ballots=Counter(["v-1"]), tally={"a": 1}, tally_ballots=1, recount=Counter(["a"])
    )


@pytest.mark.parametrize(
    ("ledger", "found"),
    [
        (told(TAKEN), appeal_everywhere()),
        (told(CUT, AWAY, TAKEN), appeal_everywhere()),
        (told(CUT, Answer(200, "Д-1", "code")), appeal_everywhere()),
        (told(TAKEN, Answer(200, "Д-1", "code")), appeal_everywhere()),
        (told(CUT), appeal_everywhere()),
        (told(AWAY), Found()),
        (told(Answer(422)), Found()),
        (told(COUNTED, kind="vote"), vote_counted()),
    ],
    ids=[
        "taken",
        "taken after failures",
        "taken unheard, then repeated",
        "repeated",
        "stored unheard",
        "away",
        "no",
        "vote",
    ],
)
def test_kept_promises_are_no_fault(ledger: Ledger, found: Found) -> None:
    assert broken_promises(ledger, found) == []


@pytest.mark.parametrize(
    ("ledger", "found", "fault"),
    [
        (told(TAKEN), Found(), "appeals accepted and lost: 1 (one)"),
        (told(TAKEN), appeal_everywhere("Д-2"), "appeals stored under another name than was told"),
        (told(Answer(422)), appeal_everywhere(), "appeals refused and stored"),
        (told(Answer(422), TAKEN), appeal_everywhere(), "appeals that were taken and refused"),
        (Ledger(), appeal_everywhere(), "appeals that nobody sent: 1 (one)"),
        (told(Answer(302)), Found(), "appeals whose sender was told neither yes nor no"),
        (told(TAKEN, Answer(200, "Д-2", "code")), appeal_everywhere(), "repeat was given another answer"),
        (told(TAKEN, Answer(200, "Д-1", "other")), appeal_everywhere(), "repeat was given another answer"),
        (told(COUNTED, kind="vote"), Found(), "votes accepted and lost"),
    ],
)
def test_what_a_sender_was_told_must_be_true(ledger: Ledger, found: Found, fault: str) -> None:
    assert fault in "\n".join(broken_promises(ledger, found))


def test_an_appeal_is_stored_once() -> None:
    found = replace(appeal_everywhere(), appeals=[("one", "Д-1"), ("one", "Д-2")])
    assert "appeals stored more than once: 1 (one)" in broken_promises(told(TAKEN), found)


def test_a_number_is_given_once() -> None:
    ledger = told(TAKEN)
    ledger.record("appeal", "two", TAKEN)
    found = replace(appeal_everywhere(), appeals=[("one", "Д-1"), ("two", "Д-1")])
    assert broken_promises(ledger, found) == ["names given to several appeals: 1 (Д-1)"]


@pytest.mark.parametrize("place", ["cases", "entries", "statuses"])
@pytest.mark.parametrize(
    ("there", "fault"),
    [
        (Counter[str](), "not yet in"),
        (Counter({"Д-1": 2}), "more than once in"),
        (Counter(["Д-1", "Д-9"]), "in no intake"),
    ],
)
def test_an_appeal_is_once_in_every_place(place: str, there: Counter[str], fault: str) -> None:
    found = appeal_everywhere()
    (sentence,) = broken_promises(told(TAKEN), replace(found, copies={**found.copies, place: there}))
    assert fault in sentence
    assert place in sentence


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (replace(vote_counted(), ballots=Counter()), "votes not yet counted"),
        (replace(vote_counted(), ballots=Counter({"v-1": 2})), "votes counted more than once"),
        (replace(vote_counted(), ballots=Counter(["v-1", "v-9"])), "ballots of votes that intake never took"),
        (replace(vote_counted(), tally_ballots=2), "the tally says 2 ballots, the box holds 1"),
        (replace(vote_counted(), tally={"b": 1}), "the tally says {'b': 1}, the ballots say {'a': 1}"),
        (replace(vote_counted(), spoiled=1), "1 votes were accepted and then rejected"),
    ],
)
def test_a_vote_counts_once(found: Found, fault: str) -> None:
    assert fault in "\n".join(broken_promises(told(COUNTED, kind="vote"), found))


def test_nothing_may_wait_or_lie_dead() -> None:
    waiting = replace(appeal_everywhere(), outbox={"intake": 2}, dead_letters={"routing": ["appeals-0-7-aa"]})
    assert broken_promises(told(TAKEN), waiting) == [
        "2 events wait in the outbox of intake",
        "routing has dead letters: appeals-0-7-aa",
    ]
    assert on_its_way(waiting) == ["2 events wait in the outbox of intake"]


def test_many_faults_of_one_kind_are_counted_and_a_few_are_named() -> None:
    ledger = Ledger()
    for number in range(9):
        ledger.record("appeal", f"k{number}", TAKEN)
    assert "appeals accepted and lost: 9 (k0, k1, k2, k3, k4, …)" in broken_promises(ledger, Found())
