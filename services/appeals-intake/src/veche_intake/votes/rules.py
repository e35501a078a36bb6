"""What is decided about a vote before it is stored: no clock, no database, no framework."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from veche_intake.appeals.rules import SOURCE, date_fault
from veche_intake.deduplication.rules import key_of, sender_keys
from veche_intake.polls.model import PollView
from veche_intake.votes.model import NewVote, VoteRefused
from veche_shared.contracts.votes import VoteCast, VoteCastV1


def vote_keys(
    poll_id: str, hashed_voter: str, channel: str, external_id: str | None, idempotency_key: str | None
) -> tuple[str, ...]:
    """The keys under which a vote is stored once: the person's first, then those by which its sender repeats it."""
    return (key_of("voter", poll_id, hashed_voter), *sender_keys(channel, external_id, idempotency_key))


def digest_of(vote: NewVote, hashed_voter: str) -> bytes:
    """What tells a repeat from another vote under the same key: who chose what in which poll."""
    content = "\n".join((vote.poll_id, hashed_voter, *sorted(vote.options)))
    return hashlib.sha256(content.encode()).digest()[:16]


def refusal(vote: NewVote, poll: PollView | None, now: datetime) -> VoteRefused | None:
    """Why a vote cannot count, as far as intake knows; surveys has the last word.

    A poll that is still open is judged by ``cast_at``: a channel may deliver late what was cast in time.
    """
    cast_at = vote.cast_at or now
    if (fault := date_fault(cast_at, now)) is not None:
        return VoteRefused(fault)
    if poll is None:
        return VoteRefused("poll_unknown")
    if poll.status == "draft" or (poll.opens_at is not None and cast_at < poll.opens_at):
        return VoteRefused("poll_not_open")
    if poll.status == "closed" or (poll.closes_at is not None and cast_at >= poll.closes_at):
        return VoteRefused("poll_closed")
    return _choice_fault(vote.options, poll)


def _choice_fault(options: Sequence[str], poll: PollView) -> VoteRefused | None:
    if len(set(options)) < len(options):
        return VoteRefused("option_repeated")
    if not poll.codes.issuperset(options):
        return VoteRefused("option_unknown")
    return VoteRefused("too_many_choices", poll.max_choices) if len(options) > poll.max_choices else None


def cast_event(
    vote: NewVote,
    *,
    event_id: str,
    vote_id: str,
    hashed_voter: str,
    channel: str,
    now: datetime,
    traceparent: str | None,
) -> VoteCastV1:
    """The fact that is announced: who it was is only a keyed hash for this one poll."""
    data = VoteCast(
        vote_id=vote_id,
        poll_id=vote.poll_id,
        options=list(vote.options),
        voter_key=hashed_voter,
        channel=channel,
        cast_at=now if vote.cast_at is None else vote.cast_at.astimezone(UTC),
    )
    return VoteCastV1(id=event_id, source=SOURCE, subject=vote_id, time=now, traceparent=traceparent, data=data)


def frees_the_voter(reason: str) -> bool:
    """Whether a person whose vote was rejected may vote again: unless an earlier vote of theirs counts.

    After an unknown reason they may: surveys judges the new vote again.
    """
    return reason != "voted_already"
