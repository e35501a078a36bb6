"""A release was rolled back: its polls are read, changed by a command, and keep what this release knows nothing of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.surveys.stand import Stand
from tests.newer_release import additions, newer_event, stored_by_a_newer_release
from veche_shared.ids import new_id
from veche_shared.messaging.decoding import Record
from veche_surveys.ballots.model import Tally
from veche_surveys.polls.commands import ActionRefusedError
from veche_surveys.polls.model import Poll

MINUTE = timedelta(minutes=1)


def newer_vote(stand: Stand, poll: Poll, *options: str) -> Record:
    """A vote of a newer intake, as it stands on the topic."""
    vote_id = new_id()
    value = newer_event(
        "vote.cast.v1",
        new_id(),
        vote_id,
        vote_id=vote_id,
        poll_id=poll.id,
        options=options,
        cast_at=stand.watch().isoformat(),
    )
    return Record("votes", 0, 0, vote_id.encode(), value)


async def test_commands_keep_what_a_newer_release_has_added_everywhere(stand: Stand) -> None:
    poll = await stand.opened(lasts=10 * MINUTE)
    await stored_by_a_newer_release(stand.mongo["polls"], {"_id": poll.id})
    before = await additions(stand.mongo["polls"], {"_id": poll.id})
    assert before >= {"", "options.0", "history.0", "history.1"}
    closed = await stand.commands.close(poll.id, stand.command())
    assert (closed.status, closed.version) == ("closed", 3)
    assert await stand.polls.get(poll.id) == closed
    assert await additions(stand.mongo["polls"], {"_id": poll.id}) == before


async def test_a_poll_in_a_status_of_a_newer_release_counts_votes_by_its_term_and_allows_no_action(
    stand: Stand,
) -> None:
    poll = await stand.opened(lasts=10 * MINUTE)
    await stored_by_a_newer_release(stand.mongo["polls"], {"_id": poll.id}, status="paused")
    await stand.count(stand.vote(poll, "park"), stand.vote(poll, "park", cast_at=stand.watch() + 10 * MINUTE))
    assert await stand.ballots.tally(poll.id) == Tally(1, {"park": 1}, {"poll_closed": 1})
    assert [known.id for known in await stand.polls.listed(drafts=False)] == [poll.id]
    with pytest.raises(ActionRefusedError):
        await stand.commands.close(poll.id, stand.command())


async def test_a_vote_of_a_newer_intake_is_counted(stand: Stand) -> None:
    poll = await stand.opened()
    outcome = await stand.counter().process([newer_vote(stand, poll, "park"), newer_vote(stand, poll, "moon")])
    assert (outcome.handled, outcome.dead_lettered) == (2, 0)
    assert await stand.ballots.tally(poll.id) == Tally(1, {"park": 1}, {"option_unknown": 1})


async def test_rejections_for_reasons_of_a_newer_release_are_counted_like_the_others(stand: Stand) -> None:
    poll = await stand.opened()
    spoiled = stand.vote(poll, "moon")
    await stand.count(spoiled)
    await stored_by_a_newer_release(
        stand.mongo["rejected_ballots"], {"_id": spoiled.data.vote_id}, reason="not_on_the_roll"
    )
    await stored_by_a_newer_release(stand.mongo["tallies"], {"_id": poll.id}, rejected={"not_on_the_roll": 1})
    await stand.count(stand.vote(poll, "park"))
    receipt = await stand.ballots.receipt(poll.id, spoiled.data.vote_id)
    assert (receipt.state, receipt.reason) == ("rejected", "not_on_the_roll")
    assert "" in await additions(stand.mongo["tallies"], {"_id": poll.id})
