"""Which votes count, and how they add up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from veche_shared.contracts import voting
from veche_shared.contracts.votes import VoteCast
from veche_shared.contracts.voting import PollTerms
from veche_surveys.ballots.model import Ballot, CountedVotes, RejectedBallot, RejectionReason, Tally, Voter


def rejection_of(vote: VoteCast, terms: PollTerms | None, *, voted_already: bool) -> RejectionReason | None:
    """Why ``vote`` does not count; None if it does. After one that the terms exclude the voter may vote again."""
    reason = voting.refusal(vote.options, vote.cast_at, terms)
    return reason or ("voted_already" if voted_already else None)


def count(
    votes: Sequence[VoteCast],
    terms: Mapping[str, PollTerms],
    *,
    voted: Collection[Voter],
    processed: Collection[str],
) -> CountedVotes:
    """Decide about ``votes`` in their order, by the terms of the polls that exist.

    ``voted`` are the voters of whom a ballot is stored, ``processed`` the ids of votes that were decided about before:
    those are passed over, since a vote is decided about once. An option named twice in a vote is chosen once.
    """
    seen_voters, seen_votes = set(voted), set(processed)
    ballots: list[Ballot] = []
    rejected: list[RejectedBallot] = []
    for vote in votes:
        if vote.vote_id in seen_votes:
            continue
        seen_votes.add(vote.vote_id)
        voter = (vote.poll_id, vote.voter_key)
        reason = rejection_of(vote, terms.get(vote.poll_id), voted_already=voter in seen_voters)
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
    return CountedVotes(tuple(ballots), tuple(rejected))


def tallies(ballots: Iterable[Ballot], rejected: Iterable[RejectedBallot]) -> dict[str, Tally]:
    """The tally of each poll that any of these belongs to, counted from nothing."""
    totals: Counter[str] = Counter()
    options: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for ballot in ballots:
        totals[ballot.poll_id] += 1
        options.setdefault(ballot.poll_id, Counter()).update(ballot.options)
    for one in rejected:
        reasons.setdefault(one.poll_id, Counter())[one.reason] += 1
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
