from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.surveys.made_up import HOUR, NOON, opened, poll, vote
from veche_shared.contracts.votes import VoteCast
from veche_shared.ids import new_id
from veche_surveys.ballots import rules
from veche_surveys.ballots.model import Audit, Ballot, Count, RejectedBallot, Tally
from veche_surveys.ballots.store import increments
from veche_surveys.polls.model import Poll

POLLS = {"poll-1": opened(max_choices=2, closes_at=NOON + HOUR)}


def count_all(votes: list[VoteCast], polls: dict[str, Poll] = POLLS) -> tuple[list[Ballot], list[RejectedBallot]]:
    counted = rules.count(votes, polls, voted=(), settled=())
    return list(counted.ballots), list(counted.rejected)


def ids_of(ballots: list[Ballot], rejected: list[RejectedBallot]) -> set[str]:
    return {ballot.id for ballot in ballots} | {spoiled.id for spoiled in rejected}


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
    assert [spoiled.reason for spoiled in rejected] == [reason]


def test_a_draft_takes_no_votes() -> None:
    assert rules.refusal(vote(1), poll(), voted_already=False) == "poll_not_open"


def test_a_vote_cast_in_time_counts_though_it_arrives_after_the_poll_was_closed() -> None:
    closed = replace(POLLS["poll-1"], status="closed")
    assert rules.refusal(vote(1, cast_at=NOON + HOUR - timedelta(milliseconds=1)), closed, voted_already=False) is None


def test_the_second_vote_of_a_person_does_not_count_whatever_it_says() -> None:
    ballots, rejected = count_all([vote(1, "park", voter="ivan"), vote(2, "pier", voter="ivan")])
    assert [ballot.id for ballot in ballots] == ["vote-1"]
    assert rejected == [RejectedBallot("vote-2", "poll-1", "voted_already")]


def test_a_voter_whose_ballot_is_in_the_box_cannot_vote_again() -> None:
    counted = rules.count([vote(2, voter="ivan")], POLLS, voted={("poll-1", "ivan")}, settled=())
    assert [spoiled.reason for spoiled in counted.rejected] == ["voted_already"]


def test_a_spoiled_vote_does_not_use_up_the_voters_right() -> None:
    ballots, _ = count_all([vote(1, "moon", voter="ivan"), vote(2, "park", voter="ivan")])
    assert [ballot.id for ballot in ballots] == ["vote-2"]


def test_the_same_voter_key_in_two_polls_is_two_voters() -> None:
    polls = {**POLLS, "poll-2": replace(POLLS["poll-1"], id="poll-2")}
    ballots, _ = count_all([vote(1, voter="ivan"), vote(2, voter="ivan", poll_id="poll-2")], polls)
    assert len(ballots) == 2


def test_an_option_named_twice_is_chosen_once() -> None:
    ballots, _ = count_all([vote(1, "park", "park")])
    assert ballots[0].options == ("park",)
    assert rules.tallies(ballots, [])["poll-1"].options == {"park": 1}


def test_a_vote_that_was_judged_before_is_passed_over() -> None:
    counted = rules.count([vote(1), vote(1)], POLLS, voted=(), settled={"vote-1"})
    assert counted == Count()


def test_results_name_every_option_and_share_of_the_ballots() -> None:
    found = rules.results(POLLS["poll-1"], Tally(4, {"park": 3, "pier": 2}, {"voted_already": 1}), visible=True)
    assert found.options is not None
    assert [(option.code, option.votes, option.share) for option in found.options] == [
        ("square", 0, 0.0),
        ("park", 3, 0.75),
        ("pier", 2, 0.5),
    ]
    assert (found.ballots, found.rejected_total) == (4, 1)


def test_hidden_results_tell_only_how_many_voted() -> None:
    found = rules.results(POLLS["poll-1"], Tally(4, {"park": 4}), visible=False)
    assert (found.ballots, found.options) == (4, None)


def test_results_without_ballots_divide_by_nothing() -> None:
    found = rules.results(POLLS["poll-1"], Tally(), visible=True)
    assert found.options is not None
    assert {option.share for option in found.options} == {0.0}


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
def made_votes(draw: st.DrawFn) -> VoteCast:
    chosen: list[str] = draw(st.lists(codes, min_size=1, max_size=4))
    cast_at: datetime = draw(moments)
    return vote(
        draw(st.integers(0, 30)),
        *chosen,
        voter=draw(st.sampled_from("abcdefgh")),
        cast_at=cast_at,
        poll_id=draw(st.sampled_from(["poll-1", "nowhere"])),
    )


@given(batches=st.lists(st.lists(made_votes(), max_size=8), max_size=6))
def test_the_tally_is_after_every_batch_the_count_of_the_ballots(batches: list[list[VoteCast]]) -> None:
    box: list[Ballot] = []
    spoiled: list[RejectedBallot] = []
    kept: dict[str, Tally] = {}
    for batch in batches:
        counted = rules.count(
            batch,
            POLLS,
            voted={(ballot.poll_id, ballot.voter_key) for ballot in box},
            settled=ids_of(box, spoiled),
        )
        box += counted.ballots
        spoiled += counted.rejected
        for poll_id, more in rules.tallies(counted.ballots, counted.rejected).items():
            kept[poll_id] = rules.added(kept.get(poll_id, Tally()), more)
        assert kept == rules.tallies(box, spoiled)

    assert len({(ballot.poll_id, ballot.voter_key) for ballot in box}) == len(box)
    asked = {item.vote_id for batch in batches for item in batch}
    assert ids_of(box, spoiled) == asked
    assert len(box) + len(spoiled) == len(asked)
    assert sum(tally.ballots for tally in kept.values()) == len(box)


@given(votes=st.lists(made_votes(), max_size=20), cut=st.integers(0, 20))
def test_redelivery_of_any_beginning_changes_nothing(votes: list[VoteCast], cut: int) -> None:
    ballots, rejected = count_all(votes)
    again = rules.count(
        votes[:cut],
        POLLS,
        voted={(ballot.poll_id, ballot.voter_key) for ballot in ballots},
        settled=ids_of(ballots, rejected),
    )
    assert again == Count()


@pytest.mark.parametrize(("poll_id", "subject"), [("poll-1", "poll-1"), ("x" * 500, "x" * 200), ("", "vote-1")])
def test_a_rejection_is_told_under_the_polls_key_whatever_the_sender_called_it(poll_id: str, subject: str) -> None:
    event = rules.rejected_event(RejectedBallot("vote-1", poll_id, "poll_unknown"), new_id(), NOON)
    assert (event.subject, event.data.poll_id) == (subject, poll_id)
