from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.surveys.factories import HOUR, NOON, opened, poll, vote
from veche_shared.contracts.votes import VoteCast
from veche_shared.contracts.voting import PollTerms
from veche_shared.ids import new_id
from veche_surveys.ballots import rules
from veche_surveys.ballots.events import ballot_rejected
from veche_surveys.ballots.model import Audit, Ballot, CountedVotes, RejectedBallot, Tally
from veche_surveys.ballots.store import increments

POLL = opened(max_choices=2, closes_at=NOON + HOUR)
TERMS = {"poll-1": POLL.terms}


def count_all(votes: list[VoteCast], terms: dict[str, PollTerms] = TERMS) -> tuple[list[Ballot], list[RejectedBallot]]:
    counted = rules.count(votes, terms, voted=(), processed=())
    return list(counted.ballots), list(counted.rejected)


def ids_of(ballots: list[Ballot], rejected: list[RejectedBallot]) -> set[str]:
    return {ballot.id for ballot in ballots} | {one.id for one in rejected}


def test_a_good_vote_becomes_a_ballot() -> None:
    ballots, rejected = count_all([vote(1, "park", "pier")])
    assert rejected == []
    assert ballots == [Ballot("vote-1", "poll-1", "voter-1", ("park", "pier"), "web", NOON)]


@pytest.mark.parametrize(
    ("given_vote", "reason"),
    [
        (vote(1, poll_id="nowhere"), "poll_unknown"),
        (vote(1, cast_at=NOON - timedelta(milliseconds=1)), "poll_not_open"),
        (vote(1, cast_at=NOON + HOUR), "poll_closed"),
        (vote(1, "square", "moon"), "option_unknown"),
        (vote(1, "square", "park", "pier"), "too_many_choices"),
    ],
)
def test_a_vote_that_cannot_count_is_rejected_with_its_reason(given_vote: VoteCast, reason: str) -> None:
    ballots, rejected = count_all([given_vote])
    assert ballots == []
    assert [one.reason for one in rejected] == [reason]


def test_a_draft_takes_no_votes() -> None:
    assert rules.rejection_of(vote(1), poll().terms, voted_already=False) == "poll_not_open"


def test_a_vote_cast_in_time_counts_though_it_arrives_after_the_poll_was_closed() -> None:
    closed = replace(POLL, status="closed")
    in_time = vote(1, cast_at=NOON + HOUR - timedelta(milliseconds=1))
    assert rules.rejection_of(in_time, closed.terms, voted_already=False) is None


def test_the_second_vote_of_a_person_does_not_count_whatever_it_says() -> None:
    ballots, rejected = count_all([vote(1, "park", voter="ivan"), vote(2, "pier", voter="ivan")])
    assert [ballot.id for ballot in ballots] == ["vote-1"]
    assert rejected == [RejectedBallot("vote-2", "poll-1", "voted_already")]


def test_a_voter_whose_ballot_is_stored_cannot_vote_again() -> None:
    counted = rules.count([vote(2, voter="ivan")], TERMS, voted={("poll-1", "ivan")}, processed=())
    assert [one.reason for one in counted.rejected] == ["voted_already"]


def test_after_a_rejected_vote_its_voter_may_vote_again() -> None:
    ballots, _ = count_all([vote(1, "moon", voter="ivan"), vote(2, "park", voter="ivan")])
    assert [ballot.id for ballot in ballots] == ["vote-2"]


def test_the_same_voter_key_in_two_polls_is_two_voters() -> None:
    terms = {**TERMS, "poll-2": POLL.terms}
    ballots, _ = count_all([vote(1, voter="ivan"), vote(2, voter="ivan", poll_id="poll-2")], terms)
    assert len(ballots) == 2


def test_an_option_named_twice_is_chosen_once() -> None:
    ballots, _ = count_all([vote(1, "park", "park")])
    assert ballots[0].options == ("park",)
    assert rules.tallies(ballots, [])["poll-1"].options == {"park": 1}


def test_a_vote_that_was_processed_before_is_passed_over() -> None:
    counted = rules.count([vote(1), vote(1)], TERMS, voted=(), processed={"vote-1"})
    assert counted == CountedVotes()


def test_an_audit_sees_a_tally_that_is_not_the_count() -> None:
    assert Audit(Tally(1, {"park": 1}), Tally(1, {"park": 1})).agrees
    assert not Audit(Tally(2, {"park": 1}), Tally(1, {"park": 1})).agrees


def test_a_tally_is_stored_as_increments_of_what_it_holds_and_nothing_else() -> None:
    assert increments(Tally(2, {"park": 2}, {"poll_closed": 1})) == {
        "ballots": 2,
        "options.park": 2,
        "rejected.poll_closed": 1,
    }
    assert increments(Tally()) == {}


codes = st.sampled_from(["square", "park", "pier", "moon"])
moments = st.sampled_from([NOON - HOUR, NOON, NOON + HOUR])


@st.composite
def any_votes(draw: st.DrawFn) -> VoteCast:
    chosen: list[str] = draw(st.lists(codes, min_size=1, max_size=4))
    cast_at: datetime = draw(moments)
    return vote(
        draw(st.integers(0, 30)),
        *chosen,
        voter=draw(st.sampled_from("abcdefgh")),
        cast_at=cast_at,
        poll_id=draw(st.sampled_from(["poll-1", "nowhere"])),
    )


@given(batches=st.lists(st.lists(any_votes(), max_size=8), max_size=6))
def test_the_tally_is_after_every_batch_the_count_of_the_ballots(batches: list[list[VoteCast]]) -> None:
    stored: list[Ballot] = []
    rejected: list[RejectedBallot] = []
    kept: dict[str, Tally] = {}
    for batch in batches:
        counted = rules.count(
            batch,
            TERMS,
            voted={(ballot.poll_id, ballot.voter_key) for ballot in stored},
            processed=ids_of(stored, rejected),
        )
        stored += counted.ballots
        rejected += counted.rejected
        for poll_id, more in rules.tallies(counted.ballots, counted.rejected).items():
            kept[poll_id] = rules.added(kept.get(poll_id, Tally()), more)
        assert kept == rules.tallies(stored, rejected)

    assert len({(ballot.poll_id, ballot.voter_key) for ballot in stored}) == len(stored)
    asked = {item.vote_id for batch in batches for item in batch}
    assert ids_of(stored, rejected) == asked
    assert len(stored) + len(rejected) == len(asked)
    assert sum(tally.ballots for tally in kept.values()) == len(stored)


@given(votes=st.lists(any_votes(), max_size=20), cut=st.integers(0, 20))
def test_redelivery_of_any_beginning_changes_nothing(votes: list[VoteCast], cut: int) -> None:
    ballots, rejected = count_all(votes)
    again = rules.count(
        votes[:cut],
        TERMS,
        voted={(ballot.poll_id, ballot.voter_key) for ballot in ballots},
        processed=ids_of(ballots, rejected),
    )
    assert again == CountedVotes()


@pytest.mark.parametrize(("poll_id", "subject"), [("poll-1", "poll-1"), ("x" * 500, "x" * 200), ("", "vote-1")])
def test_a_rejection_is_published_under_the_polls_key_whatever_the_sender_called_it(poll_id: str, subject: str) -> None:
    event = ballot_rejected(RejectedBallot("vote-1", poll_id, "poll_unknown"), new_id(), NOON)
    assert (event.subject, event.data.poll_id) == (subject, poll_id)
