"""What the services of release 0.1.0 made of the codes in an event."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tests.contract.frozen.events import AppealRegistered, BallotRejected, CaseChanged, PollChanged, VoteCast

# Routing makes a case of an appeal.


@dataclass(frozen=True, slots=True)
class PassedOn:
    channel: str
    regime: str
    language: str
    reachable_by: tuple[str, ...]


def passed_on(appeal: AppealRegistered) -> PassedOn:
    """What the case took over as it was."""
    return PassedOn(appeal.channel, appeal.regime, appeal.language, tuple(appeal.reachable_by))


# Notifications shows a case in a feed.

ASKING = frozenset({"open", "assign", "reassign", "return_to_triage", "reopen"})
FINISHED = frozenset({"answered", "closed"})
STATUSES = {"new": "new", "in_progress": "in_progress", "answered": "answered", "closed": "closed"}


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """``chip`` is the word beside the row, ``asks`` whether the entry asks for attention, alone as it came."""

    feed: str
    open: bool
    asks: bool
    chip: str | None


def feed_entry(case: CaseChanged) -> FeedEntry:
    is_open = case.status not in FINISHED
    feed = "triage" if case.in_triage or case.department is None else case.department.code
    return FeedEntry(feed, is_open, is_open and case.action in ASKING, _chip(case))


def _chip(case: CaseChanged) -> str | None:
    if case.status == "assigned":
        return None
    if case.in_triage:
        return "triage"
    return "reopened" if case.action == "reopen" else STATUSES.get(case.status, "in_progress")


# Notifications tells the author of a change.

KIND_OF = {
    "open": "received",
    "assign": "assigned",
    "accept": "accepted",
    "answer": "answered",
    "close": "closed",
    "return_to_triage": "returned",
    "reassign": "reassigned",
    "reopen": "reopened",
}
MEDIUM = "email"


def notice_kind(case: CaseChanged) -> str | None:
    """The notice that was sent to the author; None where none was."""
    kind = KIND_OF.get(case.action)
    moved = case.previous_department is not None and case.previous_department != case.department
    if kind is None or not (case.action == "open" or moved or case.previous_status != case.status):
        return None
    return None if case.author is None or MEDIUM not in case.reachable_by else kind


# Intake shows the state of an appeal to its author.

STATES = {
    "new": "deciding",
    "assigned": "assigned",
    "in_progress": "in_progress",
    "answered": "answered",
    "closed": "closed",
}


def public_state(case: CaseChanged) -> str:
    return "deciding" if case.in_triage else STATES.get(case.status, "open")


# Intake takes votes, surveys counts them.


@dataclass(frozen=True, slots=True)
class PollTerms:
    draft: bool
    opens_at: datetime | None
    closes_at: datetime | None
    options: frozenset[str]
    max_choices: int


def terms(poll: PollChanged) -> PollTerms:
    options = frozenset(option.code for option in poll.options)
    return PollTerms(poll.status == "draft", poll.opens_at, poll.closes_at, options, poll.max_choices)


def refusal(chosen: Collection[str], cast_at: datetime, poll: PollTerms | None) -> str | None:
    if poll is None:
        return "poll_unknown"
    if poll.draft or poll.opens_at is None or cast_at < poll.opens_at:
        return "poll_not_open"
    if poll.closes_at is not None and cast_at >= poll.closes_at:
        return "poll_closed"
    options = frozenset(chosen)
    if not options <= poll.options:
        return "option_unknown"
    return "too_many_choices" if len(options) > poll.max_choices else None


def vote_refusal(vote: VoteCast, poll: PollChanged | None) -> str | None:
    """Why surveys did not count the first vote of a person."""
    return refusal(vote.options, vote.cast_at, None if poll is None else terms(poll))


def frees_the_voter(rejected: BallotRejected) -> bool:
    return rejected.reason != "voted_already"
