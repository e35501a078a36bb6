"""When a vote cannot count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from veche_intake.polls.model import PollView
from veche_intake.polls.rules import newest
from veche_intake.votes.events import vote_cast
from veche_intake.votes.model import NewVote
from veche_intake.votes.rules import digest_of, frees_the_voter, rejection, vote_keys
from veche_shared.contracts.surveys import PollChanged, PollOption
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.ids import CountedIds
from veche_shared.rejection import Rejected

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
POLL = PollView(
    poll_id="park",
    version=2,
    status="open",
    question="Что построить в парке?",
    question_en=None,
    options=[PollOption(code=code, text=code) for code in ("skate", "stage", "trees")],
    max_choices=2,
    opens_at=NOW - timedelta(days=1),
    closes_at=NOW + timedelta(days=1),
)


def vote(*options: str, cast_at: datetime | None = None) -> NewVote:
    return NewVote(poll_id="park", options=list(options), voter="17", cast_at=cast_at)


def test_a_vote_in_an_open_poll_counts() -> None:
    assert rejection(vote("skate", "trees"), POLL, NOW) is None


def test_what_the_poll_does_not_allow_is_refused() -> None:
    assert rejection(vote("skate"), None, NOW) == Rejected("poll_unknown")
    assert rejection(vote("pool"), POLL, NOW) == Rejected("option_unknown", "/options")
    assert rejection(vote("skate", "skate"), POLL, NOW) == Rejected("option_repeated", "/options")
    assert rejection(vote("skate", "stage", "trees"), POLL, NOW) == Rejected(
        "too_many_choices", "/options", {"limit": 2}
    )


def test_the_term_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    assert POLL.opens_at is not None
    assert POLL.closes_at is not None
    tick = timedelta(milliseconds=1)
    assert rejection(vote("skate"), POLL, POLL.opens_at) is None
    assert rejection(vote("skate"), POLL, POLL.opens_at - tick) == Rejected("poll_not_open")
    assert rejection(vote("skate"), POLL, POLL.closes_at - tick) is None
    assert rejection(vote("skate"), POLL, POLL.closes_at) == Rejected("poll_closed")


@pytest.mark.parametrize("status", ["open", "closed", "paused"])
def test_a_vote_that_is_handed_in_late_counts_by_when_it_was_cast(status: str) -> None:
    assert POLL.closes_at is not None
    in_time, later = POLL.closes_at - timedelta(minutes=1), POLL.closes_at + timedelta(hours=1)
    known = POLL.model_copy(update={"status": status})
    assert rejection(vote("skate", cast_at=in_time), known, later) is None
    assert rejection(vote("skate", cast_at=POLL.closes_at), known, later) == Rejected("poll_closed")
    assert rejection(vote("skate"), known, later) == Rejected("poll_closed")


def test_a_poll_that_is_over_says_so_before_it_looks_at_the_choice() -> None:
    assert POLL.closes_at is not None
    assert rejection(vote("pool", "pool"), POLL, POLL.closes_at) == Rejected("poll_closed")
    assert rejection(vote("pool", "pool"), POLL, NOW) == Rejected("option_repeated", "/options")


def test_a_draft_takes_no_votes() -> None:
    assert rejection(vote("skate"), POLL.model_copy(update={"status": "draft"}), NOW) == Rejected("poll_not_open")


@pytest.mark.parametrize(
    ("cast_at", "code"), [(NOW + timedelta(hours=1), "in_the_future"), (datetime(1990, 1, 1, tzinfo=UTC), "too_early")]
)
def test_absurd_moments_are_refused(cast_at: datetime, code: str) -> None:
    assert rejection(vote("skate", cast_at=cast_at), POLL, NOW) == Rejected(code, "/cast_at")


def test_the_persons_key_stands_first_and_holds_no_name() -> None:
    keys = vote_keys("park", "c0ffee", "vk", "9", "k1")
    assert keys == ("voter:park:c0ffee", "request:vk:k1", "external:vk:9")


def test_the_order_of_choices_does_not_matter_to_a_repeat_but_the_choice_does() -> None:
    assert digest_of(vote("skate", "trees"), "a") == digest_of(vote("trees", "skate"), "a")
    assert digest_of(vote("skate"), "a") != digest_of(vote("trees"), "a")
    assert digest_of(vote("skate"), "a") != digest_of(vote("skate"), "b")


def test_the_event_can_be_read_by_its_contract_and_does_not_name_the_voter() -> None:
    ids = CountedIds()
    event = vote_cast(
        NewVote(poll_id="park", options=["skate"], voter="id-of-anna"),
        event_id=ids(),
        vote_id=ids(),
        hashed_voter="c0ffee",
        channel="vk",
        now=NOW,
        traceparent=None,
    )
    event_json = event.model_dump_json()
    assert "id-of-anna" not in event_json
    assert VoteCastV1.model_validate_json(event_json) == event


def test_whoever_has_no_vote_that_counts_may_vote_again() -> None:
    assert frees_the_voter("poll_not_open")
    assert not frees_the_voter("voted_already")


def changed(version: int, poll_id: str = "park") -> PollChanged:
    options = [PollOption(code="a", text="a"), PollOption(code="b", text="b")]
    return PollChanged(poll_id=poll_id, version=version, status="open", question="?", options=options, max_choices=1)


def test_the_view_follows_the_newest_version_and_no_older_one() -> None:
    assert [poll.version for poll in newest([changed(1), changed(3), changed(2)], {})] == [3]
    assert newest([changed(2)], {"park": POLL}) == []
    assert newest([changed(1), changed(2)], {"park": POLL.model_copy(update={"version": 4})}) == []
    assert {poll.poll_id for poll in newest([changed(1), changed(1, "road")], {})} == {"park", "road"}
