"""The events about ballots. Pure."""

from __future__ import annotations

from datetime import datetime

from veche_shared.contracts.surveys import BallotRejected, BallotRejectedV1
from veche_surveys import SOURCE
from veche_surveys.ballots.model import RejectedBallot


def ballot_rejected(
    rejected: RejectedBallot, event_id: str, now: datetime, traceparent: str | None = None
) -> BallotRejectedV1:
    """A vote that does not count, for other services.

    An unknown poll's id is whatever the sender wrote, but the key of an event is neither empty nor endless.
    """
    return BallotRejectedV1(
        id=event_id,
        source=SOURCE,
        subject=rejected.poll_id[:200] or rejected.id,
        time=now,
        traceparent=traceparent,
        data=BallotRejected(vote_id=rejected.id, poll_id=rejected.poll_id, reason=rejected.reason),
    )
