"""Whether a vote counts is decided by one rule: intake, which takes votes, and surveys, which counts them, agree on it
in whatever order the news of a poll and the votes come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_intake.polls.model import PollView
from veche_intake.polls.rules import newest
from veche_intake.votes import rules as intake
from veche_intake.votes.model import NewVote
from veche_shared.contracts import voting
from veche_shared.contracts.surveys import PollChanged
from veche_shared.contracts.votes import VoteCast
from veche_shared.contracts.voting import PollTerms, VoteRefusal
from veche_shared.ids import CountedIds
from veche_surveys.ballots import rules as surveys
from veche_surveys.ballots.model import RejectionReason
from veche_surveys.polls import rules as polls
from veche_surveys.polls.events import poll_changed
from veche_surveys.polls.model import Option, Poll, PollDraft

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPTIONS = tuple(Option(code, code) for code in ("park", "pier", "square"))
IDS = CountedIds()

hours = st.integers(0, 12).map(lambda count: NOON + count * HOUR)
choices = st.lists(st.sampled_from(["park", "pier", "square", "moon"]), min_size=1, max_size=4)


@st.composite
def lives(draw: st.DrawFn) -> list[Poll]:
    """Every version of one poll, from the draft to as far as it came."""
    terms = sorted(draw(st.lists(hours, min_size=2, max_size=2, unique=True)))
    opens_at, closes_at = (moment if draw(st.booleans()) else None for moment in terms)
    draft = PollDraft("?", OPTIONS, max_choices=draw(st.integers(1, 3)), opens_at=opens_at, closes_at=closes_at)
    versions = [polls.created(draft, poll_id="poll", actor="anna", now=NOON)]
    for action, now in zip(("open", "close"), sorted(draw(st.lists(hours, max_size=2))), strict=False):
        changed = polls.decide(versions[-1], action, actor="anna", now=now)  # type: ignore[arg-type]
        if isinstance(changed, Poll):
            versions.append(changed)
    return versions


def published(versions: Sequence[Poll]) -> list[PollChanged]:
    return [poll_changed(version, IDS()).data for version in versions]


def known_after(events: Sequence[PollChanged]) -> PollView | None:
    """What intake knows of the poll after these events, one by one."""
    known: dict[str, PollView] = {}
    for event in events:
        known.update({view.poll_id: view for view in newest([event], known)})
    return known.get("poll")


def refused_by_intake(options: list[str], cast_at: datetime, poll: PollView | None, now: datetime) -> str | None:
    refused = intake.rejection(NewVote(poll_id="poll", options=options, voter="ivan", cast_at=cast_at), poll, now)
    return None if refused is None else refused.code


def rejected_by_surveys(options: list[str], cast_at: datetime, poll: Poll | None) -> str | None:
    vote = VoteCast(vote_id="vote", poll_id="poll", options=options, voter_key="9c1f", channel="web", cast_at=cast_at)
    return surveys.rejection_of(vote, None if poll is None else poll.terms, voted_already=False)


@given(life=lives(), data=st.data(), options=choices, cast_at=hours, delay=st.integers(0, 24))
def test_both_services_say_the_same_of_a_vote_where_they_know_the_same_of_the_poll(
    life: list[Poll], data: st.DataObject, options: list[str], cast_at: datetime, delay: int
) -> None:
    """Whatever events have arrived, how often and in which order, and however late the vote is handed in."""
    arrived = data.draw(st.lists(st.sampled_from(published(life)), max_size=6))
    view = known_after(arrived)
    same = None if view is None else life[view.version - 1]
    refused, rejected = (
        refused_by_intake(options, cast_at, view, cast_at + delay * HOUR),
        rejected_by_surveys(options, cast_at, same),
    )
    if refused == "option_repeated":
        assert len(set(options)) < len(
            options
        )  # its sender is asked to repeat it properly; surveys would count it once
    else:
        assert refused == rejected


@given(life=lives(), data=st.data(), options=choices, cast_at=hours, delay=st.integers(0, 24))
def test_once_all_news_of_a_poll_have_come_their_order_does_not_matter(
    life: list[Poll], data: st.DataObject, options: list[str], cast_at: datetime, delay: int
) -> None:
    arrived = data.draw(st.permutations(published(life)))
    now = cast_at + delay * HOUR
    in_order = refused_by_intake(options, cast_at, known_after(published(life)), now)
    assert refused_by_intake(options, cast_at, known_after(arrived), now) == in_order


@given(life=lives().filter(lambda versions: versions[-1].status == "closed"), options=choices, cast_at=hours)
def test_a_vote_does_not_depend_on_whether_the_end_of_the_poll_is_known_already(
    life: list[Poll], options: list[str], cast_at: datetime
) -> None:
    """Unless the poll was ended before its term: then the end itself is news."""
    opened, closed = life[-2], life[-1]
    at_the_announced_end = opened.closes_at == closed.closes_at
    before, after = rejected_by_surveys(options, cast_at, opened), rejected_by_surveys(options, cast_at, closed)
    assert before == after or (not at_the_announced_end and after == "poll_closed")


TERMS = PollTerms(
    draft=False, opens_at=NOON, closes_at=NOON + HOUR, options=frozenset({"park", "pier", "square"}), max_choices=2
)
TICK = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("chosen", "cast_at", "terms", "reason"),
    [
        (["park"], NOON, TERMS, None),
        (["park", "pier"], NOON + HOUR - TICK, TERMS, None),
        (["park", "park", "pier"], NOON, TERMS, None),
        (["park"], NOON, None, "poll_unknown"),
        (["park"], NOON - TICK, TERMS, "poll_not_open"),
        (["park"], NOON, PollTerms(True, NOON, None, TERMS.options, 1), "poll_not_open"),
        (["park"], NOON, PollTerms(False, None, None, TERMS.options, 1), "poll_not_open"),
        (["park"], NOON + 99 * HOUR, PollTerms(False, NOON, None, TERMS.options, 1), None),
        (["park"], NOON + HOUR, TERMS, "poll_closed"),
        (["moon"], NOON + HOUR, TERMS, "poll_closed"),
        (["park", "moon"], NOON, TERMS, "option_unknown"),
        (["park", "pier", "square"], NOON, TERMS, "too_many_choices"),
        (["park", "pier", "square", "moon"], NOON, TERMS, "option_unknown"),
    ],
)
def test_the_first_reason_that_holds_is_given(
    chosen: list[str], cast_at: datetime, terms: PollTerms | None, reason: VoteRefusal | None
) -> None:
    assert voting.refusal(chosen, cast_at, terms) == reason


def test_every_reason_is_one_that_surveys_can_publish() -> None:
    assert set(get_args(VoteRefusal)) < set(get_args(RejectionReason))
