"""Which votes count, and how they add up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from veche_shared.contracts import voting
from veche_shared.contracts.surveys import BallotRejected, BallotRejectedV1
from veche_shared.contracts.votes import VoteCast
from veche_surveys.ballots.model import Ballot, Count, OptionResult, RejectedBallot, RejectionReason, Results, Tally
from veche_surveys.polls.model import Poll
from veche_surveys.polls.rules import SOURCE

Voter = tuple[str, str]
"""A poll's id and a voter key: who votes where."""


def refusal(vote: VoteCast, poll: Poll | None, *, voted_already: bool) -> RejectionReason | None:
    """Why ``vote`` does not count; None if it does. A vote that the poll refuses does not use up its voter's right."""
    reason = voting.refusal(vote.options, vote.cast_at, None if poll is None else poll.terms)
    return reason or ("voted_already" if voted_already else None)


def count(
    votes: Sequence[VoteCast], polls: Mapping[str, Poll], *, voted: Collection[Voter], settled: Collection[str]
) -> Count:
    """Judge ``votes`` in their order.

    ``voted`` are the voters whose ballot is in the box, ``settled`` the ids of votes that were judged before: those
    are passed over, since a vote is judged once. An option named twice in a vote is chosen once.
    """
    seen_voters, seen_votes = set(voted), set(settled)
    ballots: list[Ballot] = []
    rejected: list[RejectedBallot] = []
    for vote in votes:
        if vote.vote_id in seen_votes:
            continue
        seen_votes.add(vote.vote_id)
        voter = (vote.poll_id, vote.voter_key)
        reason = refusal(vote, polls.get(vote.poll_id), voted_already=voter in seen_voters)
        if reason is not None:
            rejected.append(RejectedBallot(vote.vote_id, vote.poll_id, reason))
            continue
        seen_voters.add(voter)
        ballots.append(
            Ballot(
                id=vote.vote_id,
                poll_id=vote.poll_id,
                voter_key=vote.voter_key,
                options=tuple(dict.fromkeys(vote.options)),
                channel=vote.channel,
                cast_at=vote.cast_at,
            )
        )
    return Count(tuple(ballots), tuple(rejected))


def tallies(ballots: Iterable[Ballot], rejected: Iterable[RejectedBallot]) -> dict[str, Tally]:
    """The tally of each poll that has a ballot, counted from nothing."""
    totals: Counter[str] = Counter()
    options: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for ballot in ballots:
        totals[ballot.poll_id] += 1
        options.setdefault(ballot.poll_id, Counter()).update(ballot.options)
    for spoiled in rejected:
        reasons.setdefault(spoiled.poll_id, Counter())[spoiled.reason] += 1
    return {
        poll_id: Tally(totals[poll_id], dict(options.get(poll_id, {})), dict(reasons.get(poll_id, {})))
        for poll_id in totals.keys() | reasons.keys()
    }


def added(tally: Tally, more: Tally) -> Tally:
    """The tally of two sets of ballots that have none in common."""
    return Tally(
        tally.ballots + more.ballots,
        dict(Counter(tally.options) + Counter(more.options)),
        dict(Counter(tally.rejected) + Counter(more.rejected)),
    )


def results(poll: Poll, tally: Tally, *, visible: bool) -> Results:
    """The outcome in the order of the poll's options, those without votes included."""
    if not visible:
        return Results(tally.ballots, None, tally.rejected)
    options = tuple(
        OptionResult(code, votes, votes / tally.ballots if tally.ballots else 0.0)
        for code, votes in ((option.code, tally.options.get(option.code, 0)) for option in poll.options)
    )
    return Results(tally.ballots, options, tally.rejected)


def rejected_event(
    spoiled: RejectedBallot, event_id: str, now: datetime, traceparent: str | None = None
) -> BallotRejectedV1:
    """What other services are told of a vote that does not count.

    An unknown poll's id is whatever the sender wrote, but the key of an event is neither empty nor endless.
    """
    data = BallotRejected(vote_id=spoiled.id, poll_id=spoiled.poll_id, reason=spoiled.reason)
    subject = spoiled.poll_id[:200] or spoiled.id
    return BallotRejectedV1(id=event_id, source=SOURCE, subject=subject, time=now, traceparent=traceparent, data=data)
