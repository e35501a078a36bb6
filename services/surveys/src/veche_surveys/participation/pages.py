"""The pages of polls for everybody. All work without JavaScript."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from veche_shared.clock import Clock
from veche_shared.web import Pages
from veche_surveys.ballots.model import Tally
from veche_surveys.ballots.store import BallotStore
from veche_surveys.participation import rules
from veche_surveys.participation.presenter import chart, reason_words
from veche_surveys.polls.http import PollId, Visitor, visible_poll
from veche_surveys.polls.model import Poll
from veche_surveys.polls.presenter import poll_view
from veche_surveys.polls.rules import phase
from veche_surveys.polls.store import PollStore

PAGE_SIZE = 20

ReceiptId = Annotated[str | None, Query(min_length=1, max_length=100)]
Before = Annotated[str | None, Query(min_length=1, max_length=100)]


def poll_pages_router(polls: PollStore, ballots: BallotStore, pages: Pages, clock: Clock) -> APIRouter:
    """The pages below /polls. The form of a vote goes to intake, which sends the browser back here with a receipt."""
    router = APIRouter(prefix="/polls", tags=["pages"], include_in_schema=False)

    async def state_of(request: Request, poll: Poll, receipt_id: str | None) -> dict[str, object]:
        now = clock()
        present = phase(poll, now)
        view = poll_view(poll, present, pages.language(request))
        receipt = None if receipt_id is None else await ballots.receipt(poll.id, receipt_id)
        results = rules.results(poll, await ballots.tally(poll.id), now)
        return {
            "view": view,
            "receipt": receipt,
            "reason": None if receipt is None or receipt.reason is None else reason_words(receipt.reason),
            "rejected": [(reason_words(reason), votes) for reason, votes in results.rejected.items()],
            "results": results,
            "bars": chart(view, results),
            "offered": rules.may_still_vote(present, receipt),
            "moving": present in {"upcoming", "voting"} or (receipt is not None and receipt.state == "unknown"),
        }

    @router.get("")
    async def list_page(request: Request, before: Before = None) -> Response:
        found = await polls.listed(drafts=False, before=before, limit=PAGE_SIZE + 1)
        shown, now, language = found[:PAGE_SIZE], clock(), pages.language(request)
        tallies = await ballots.many_tallies([poll.id for poll in shown])
        context = {
            "polls": [
                (poll_view(poll, phase(poll, now), language), tallies.get(poll.id, Tally()).ballots) for poll in shown
            ],
            "older": f"/polls?before={shown[-1].id}" if len(found) > PAGE_SIZE else None,
        }
        return pages.render(request, "participation/polls.html", context)

    @router.get("/{poll_id}")
    async def poll_page(request: Request, poll_id: PollId, visitor: Visitor, receipt: ReceiptId = None) -> Response:
        poll = await visible_poll(polls, poll_id, visitor)
        return pages.render(request, "participation/poll.html", await state_of(request, poll, receipt))

    @router.get("/{poll_id}/state")
    async def poll_state(request: Request, poll_id: PollId, visitor: Visitor, receipt: ReceiptId = None) -> Response:
        """The part of the page that moves: the receipt and the results."""
        poll = await visible_poll(polls, poll_id, visitor)
        return pages.render(request, "participation/state.html", await state_of(request, poll, receipt))

    return router
