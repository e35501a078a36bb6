"""The check of the fault tests is tested here: it finds a violation of each guarantee, and none where there is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults.ledger import Answer, Kind, Ledger, Stored, in_progress, violations

ACCEPTED = Answer(201, "Д-1", "code")
COUNTED = Answer(201, "v-1")
UNAVAILABLE = Answer(503)
NO_ANSWER = Answer(None)


def ledger_of(*answers: Answer, kind: Kind = "appeal", key: str = "one") -> Ledger:
    """A ledger of one item that was sent so many times."""
    ledger = Ledger()
    for answer in answers:
        ledger.record(kind, key, answer)
    return ledger


def appeal_everywhere(number: str = "Д-1", key: str = "one") -> Stored:
    """One appeal that is stored everywhere."""
    return Stored(
        appeals=[(key, number)],
        copies={place: Counter([number]) for place in ("cases", "entries", "statuses")},
        outbox={"intake": 0, "routing": 0},
        dead_letters={"routing": []},
    )


def vote_counted() -> Stored:
    """One vote, counted."""
    return Stored(
        votes=[("one", "v-1")], ballots=Counter(["v-1"]), tally={"a": 1}, tally_ballots=1, recount=Counter(["a"])
    )


@pytest.mark.parametrize(
    ("ledger", "stored"),
    [
        (ledger_of(ACCEPTED), appeal_everywhere()),
        (ledger_of(NO_ANSWER, UNAVAILABLE, ACCEPTED), appeal_everywhere()),
        (ledger_of(NO_ANSWER, Answer(200, "Д-1", "code")), appeal_everywhere()),
        (ledger_of(ACCEPTED, Answer(200, "Д-1", "code")), appeal_everywhere()),
        (ledger_of(NO_ANSWER), appeal_everywhere()),
        (ledger_of(UNAVAILABLE), Stored()),
        (ledger_of(Answer(422)), Stored()),
        (ledger_of(COUNTED, kind="vote"), vote_counted()),
    ],
    ids=[
        "accepted",
        "accepted after failures",
        "accepted without an answer, then repeated",
        "repeated",
        "stored without an answer",
        "unavailable",
        "rejected",
        "vote",
    ],
)
def test_a_correct_state_has_no_violation(ledger: Ledger, stored: Stored) -> None:
    assert violations(ledger, stored) == []


@pytest.mark.parametrize(
    ("ledger", "stored", "fault"),
    [
        (ledger_of(ACCEPTED), Stored(), "appeals accepted and lost: 1 (one)"),
        (ledger_of(ACCEPTED), appeal_everywhere("Д-2"), "appeals stored under another name than in the answer"),
        (ledger_of(Answer(422)), appeal_everywhere(), "appeals rejected and stored"),
        (ledger_of(Answer(422), ACCEPTED), appeal_everywhere(), "appeals that were accepted and rejected"),
        (Ledger(), appeal_everywhere(), "appeals that were not sent: 1 (one)"),
        (ledger_of(Answer(302)), Stored(), "appeals with an answer that is neither yes nor no"),
        (ledger_of(ACCEPTED, Answer(200, "Д-2", "code")), appeal_everywhere(), "repeat got another answer"),
        (ledger_of(ACCEPTED, Answer(200, "Д-1", "other")), appeal_everywhere(), "repeat got another answer"),
        (ledger_of(COUNTED, kind="vote"), Stored(), "votes accepted and lost"),
    ],
)
def test_every_answer_must_be_true(ledger: Ledger, stored: Stored, fault: str) -> None:
    assert fault in "\n".join(violations(ledger, stored))


def test_an_appeal_that_is_stored_twice_is_found() -> None:
    stored = replace(appeal_everywhere(), appeals=[("one", "Д-1"), ("one", "Д-2")])
    assert "appeals stored more than once: 1 (one)" in violations(ledger_of(ACCEPTED), stored)


def test_a_number_of_two_appeals_is_found() -> None:
    ledger = ledger_of(ACCEPTED)
    ledger.record("appeal", "two", ACCEPTED)
    stored = replace(appeal_everywhere(), appeals=[("one", "Д-1"), ("two", "Д-1")])
    assert violations(ledger, stored) == ["names of several appeals: 1 (Д-1)"]


@pytest.mark.parametrize("place", ["cases", "entries", "statuses"])
@pytest.mark.parametrize(
    ("there", "fault"),
    [
        (Counter[str](), "not yet in"),
        (Counter({"Д-1": 2}), "more than once in"),
        (Counter(["Д-1", "Д-9"]), "not in intake"),
    ],
)
def test_an_appeal_that_is_not_exactly_once_in_every_place_is_found(
    place: str, there: Counter[str], fault: str
) -> None:
    stored = appeal_everywhere()
    (sentence,) = violations(ledger_of(ACCEPTED), replace(stored, copies={**stored.copies, place: there}))
    assert fault in sentence
    assert place in sentence


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        (replace(vote_counted(), ballots=Counter()), "votes not yet counted"),
        (replace(vote_counted(), ballots=Counter({"v-1": 2})), "votes counted more than once"),
        (replace(vote_counted(), ballots=Counter(["v-1", "v-9"])), "ballots of votes that intake does not have"),
        (replace(vote_counted(), tally_ballots=2), "the tally has 2 ballots, there are 1"),
        (replace(vote_counted(), tally={"b": 1}), "the tally is {'b': 1}, the count of the ballots {'a': 1}"),
        (replace(vote_counted(), rejected_ballots=1), "1 votes were accepted and then rejected"),
    ],
)
def test_a_vote_that_is_not_counted_exactly_once_is_found(stored: Stored, fault: str) -> None:
    assert fault in "\n".join(violations(ledger_of(COUNTED, kind="vote"), stored))


def test_waiting_events_and_dead_letters_are_found() -> None:
    waiting = replace(appeal_everywhere(), outbox={"intake": 2}, dead_letters={"routing": ["appeals-0-7-aa"]})
    assert violations(ledger_of(ACCEPTED), waiting) == [
        "2 events wait in the outbox of intake",
        "routing has dead letters: appeals-0-7-aa",
    ]
    assert in_progress(waiting) == ["2 events wait in the outbox of intake"]


def test_many_violations_of_one_kind_are_counted_and_a_few_are_named() -> None:
    ledger = Ledger()
    for number in range(9):
        ledger.record("appeal", f"k{number}", ACCEPTED)
    assert "appeals accepted and lost: 9 (k0, k1, k2, k3, k4, …)" in violations(ledger, Stored())
