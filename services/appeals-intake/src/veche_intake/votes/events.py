"""The event of a vote that was cast. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from veche_intake import SOURCE
from veche_intake.votes.model import NewVote
from veche_shared.contracts.votes import VoteCast, VoteCastV1


def vote_cast(
    vote: NewVote,
    *,
    event_id: str,
    vote_id: str,
    hashed_voter: str,
    channel: str,
    now: datetime,
    traceparent: str | None,
) -> VoteCastV1:
    """The event ``VoteCastV1``: who it was is only a keyed hash for this one poll."""
    data = VoteCast(
        vote_id=vote_id,
        poll_id=vote.poll_id,
        options=list(vote.options),
        voter_key=hashed_voter,
        channel=channel,
        cast_at=now if vote.cast_at is None else vote.cast_at.astimezone(UTC),
    )
    return VoteCastV1(id=event_id, source=SOURCE, subject=vote_id, time=now, traceparent=traceparent, data=data)
