"""What is decided about a vote before it is stored: no clock, no database, no framework."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from veche_intake.polls.model import PollView
from veche_intake.submissions.rules import date_rejection, key_of, sender_keys
from veche_intake.votes.model import NewVote
from veche_shared.contracts import voting
from veche_shared.rejection import Rejected

_ABOUT_THE_POLL: Final = frozenset({"poll_unknown", "poll_not_open", "poll_closed"})


def vote_keys(
    poll_id: str, hashed_voter: str, channel: str, external_id: str | None, idempotency_key: str | None
) -> tuple[str, ...]:
    """The keys under which a vote is stored once: the person's first, then those by which its sender repeats it."""
    return (key_of("voter", poll_id, hashed_voter), *sender_keys(channel, external_id, idempotency_key))


def digest_of(vote: NewVote, hashed_voter: str) -> bytes:
    """Sixteen bytes that distinguish a repeat from another vote under the same key: who chose what in which poll."""
    content = "\n".join((vote.poll_id, hashed_voter, *sorted(vote.options)))
    return hashlib.sha256(content.encode()).digest()[:16]


def rejection(vote: NewVote, poll: PollView | None, now: datetime) -> Rejected | None:
    """Why a vote cannot be taken, as far as intake knows the poll; surveys judges it again by the same rule.

    Beyond that rule intake rejects what a sender can set right: an absurd date, and an option that is named twice.
    """
    cast_at = vote.cast_at or now
    if (rejected := date_rejection(cast_at, now, "/cast_at")) is not None:
        return rejected
    reason = voting.refusal(vote.options, cast_at, None if poll is None else poll.terms)
    if reason in _ABOUT_THE_POLL:
        return Rejected(reason)
    if len(set(vote.options)) < len(vote.options):
        return Rejected("option_repeated", "/options")
    if reason is None:
        return None
    limit = poll.max_choices if poll is not None and reason == "too_many_choices" else None
    return Rejected(reason, "/options", {} if limit is None else {"limit": limit})


def frees_the_voter(reason: str) -> bool:
    """Whether a person whose vote was rejected may vote again: unless an earlier vote of theirs counts.

    After an unknown reason they may: surveys judges the new vote again.
    """
    return reason != "voted_already"
