"""Polls and votes of an imaginary town, for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from veche_shared.contracts.votes import VoteCast
from veche_surveys.polls import rules
from veche_surveys.polls.model import Option, Poll, PollDraft

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPTIONS = (Option("square", "Площадь", "Square"), Option("park", "Парк"), Option("pier", "Набережная"))


def draft(
    *,
    options: tuple[Option, ...] = OPTIONS,
    max_choices: int = 1,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> PollDraft:
    return PollDraft("Что обновить первым?", options, "What first?", max_choices, opens_at, closes_at)


def poll(*, max_choices: int = 1, closes_at: datetime | None = None, poll_id: str = "poll-1") -> Poll:
    """A draft that could be opened at noon."""
    return rules.created(
        draft(max_choices=max_choices, closes_at=closes_at), poll_id=poll_id, actor="admin", now=NOON - HOUR
    )


def opened(*, max_choices: int = 1, closes_at: datetime | None = None, poll_id: str = "poll-1") -> Poll:
    """A poll in which votes count from noon on."""
    changed = rules.decide(
        poll(max_choices=max_choices, closes_at=closes_at, poll_id=poll_id), "open", actor="admin", now=NOON
    )
    assert isinstance(changed, Poll)
    return changed


def vote(
    number: int, *options: str, voter: str | None = None, cast_at: datetime = NOON, poll_id: str = "poll-1"
) -> VoteCast:
    """The ``number``-th vote, of a voter of its own unless one is named."""
    return VoteCast(
        vote_id=f"vote-{number}",
        poll_id=poll_id,
        options=list(options) or ["square"],
        voter_key=voter or f"voter-{number}",
        channel="web",
        cast_at=cast_at,
    )
