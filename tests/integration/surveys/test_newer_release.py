"""A release was rolled back: its polls are read, changed by a command, and keep what this release knows nothing of."""

from __future__ import annotations

from datetime import timedelta

from tests.integration.surveys.harness import Harness, done
from tests.newer_release import additions, newer_event, stored_by_a_newer_release
from veche_shared.ids import new_id
from veche_shared.messaging.decoding import Record
from veche_shared.rejection import Rejected
from veche_surveys.ballots.model import Tally
from veche_surveys.polls.model import Poll

MINUTE = timedelta(minutes=1)


def newer_vote(harness: Harness, poll: Poll, *options: str) -> Record:
    """A vote of a newer intake, as it is on the topic."""
    vote_id = new_id()
    value = newer_event(
        "vote.cast.v1",
        new_id(),
        vote_id,
        vote_id=vote_id,
        poll_id=poll.id,
        options=options,
        cast_at=harness.clock().isoformat(),
    )
    return Record("votes", 0, 0, vote_id.encode(), value)


async def test_commands_keep_what_a_newer_release_has_added_everywhere(harness: Harness) -> None:
    poll = await harness.opened(lasts=10 * MINUTE)
    await stored_by_a_newer_release(harness.mongo["polls"], {"_id": poll.id})
    before = await additions(harness.mongo["polls"], {"_id": poll.id})
    assert before >= {"", "options.0", "history.0", "history.1"}
    closed = done(await harness.commands.close(poll.id, harness.key()))
    assert (closed.status, closed.version) == ("closed", 3)
    assert await harness.polls.get(poll.id) == closed
    assert await additions(harness.mongo["polls"], {"_id": poll.id}) == before


async def test_a_poll_in_a_status_of_a_newer_release_counts_votes_by_its_term_and_allows_no_action(
    harness: Harness,
) -> None:
    poll = await harness.opened(lasts=10 * MINUTE)
    await stored_by_a_newer_release(harness.mongo["polls"], {"_id": poll.id}, status="paused")
    await harness.count(harness.vote(poll, "park"), harness.vote(poll, "park", cast_at=harness.clock() + 10 * MINUTE))
    assert await harness.ballots.tally(poll.id) == Tally(1, {"park": 1}, {"poll_closed": 1})
    assert [known.id for known in await harness.polls.listed(drafts=False)] == [poll.id]
    rejected = Rejected("transition_not_allowed", parameters={"status": "paused", "action": "close"})
    assert await harness.commands.close(poll.id, harness.key()) == rejected


async def test_a_vote_of_a_newer_intake_is_counted(harness: Harness) -> None:
    poll = await harness.opened()
    outcome = await harness.counter().process([newer_vote(harness, poll, "park"), newer_vote(harness, poll, "moon")])
    assert (outcome.handled, outcome.dead_lettered) == (2, 0)
    assert await harness.ballots.tally(poll.id) == Tally(1, {"park": 1}, {"option_unknown": 1})


async def test_rejections_for_reasons_of_a_newer_release_are_counted_like_the_others(harness: Harness) -> None:
    poll = await harness.opened()
    rejected = harness.vote(poll, "moon")
    await harness.count(rejected)
    await stored_by_a_newer_release(
        harness.mongo["rejected_ballots"], {"_id": rejected.data.vote_id}, reason="not_on_the_roll"
    )
    await stored_by_a_newer_release(harness.mongo["tallies"], {"_id": poll.id}, rejected={"not_on_the_roll": 1})
    await harness.count(harness.vote(poll, "park"))
    receipt = await harness.ballots.receipt(poll.id, rejected.data.vote_id)
    assert (receipt.state, receipt.reason) == ("rejected", "not_on_the_roll")
    assert "" in await additions(harness.mongo["tallies"], {"_id": poll.id})
