"""``POST /polls/<id>/vote``: the ballot of the poll's page, which surveys shows and intake takes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends
from pydantic import SecretStr, ValidationError
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from veche_intake.channels.model import WEB
from veche_intake.deduplication.model import Accepted, Clash
from veche_intake.polls.model import PollView
from veche_intake.votes.commands import Ballot, Voting
from veche_intake.votes.model import NewVote, VoteFault
from veche_shared.clock import Clock
from veche_shared.security.origin import require_same_origin
from veche_shared.security.signed_cookies import SignedCookie
from veche_shared.storage.group_commit import QueueFullError
from veche_shared.web import Language, Pages
from veche_shared.web.components import Option

VOTER_COOKIE: Final = "veche_voter"
_VOTER_LASTS: Final = timedelta(days=2 * 365)
_ASKED: Final = "cookie"

PageFault = VoteFault | Literal["nothing_chosen", "voted_already", "no_cookies", "not_stored"]

STATUSES: Final[dict[PageFault, int]] = {
    "nothing_chosen": 422,
    "option_unknown": 422,
    "option_repeated": 422,
    "too_many_choices": 422,
    "poll_unknown": 404,
    "poll_not_open": 409,
    "poll_closed": 409,
    "voted_already": 409,
    "no_cookies": 400,
    "not_stored": 503,
}
"""What the page can be told, and with which status."""

_TRY_AGAIN: Final = frozenset(
    {"nothing_chosen", "option_unknown", "option_repeated", "too_many_choices", "no_cookies", "not_stored"}
)


def voter_cookie(key: SecretStr, clock: Clock) -> SignedCookie:
    """The cookie with the id by which a browser is one voter."""
    return SignedCookie(key, "voter-cookie", _VOTER_LASTS, clock)


@dataclass(frozen=True, slots=True)
class BallotPages:
    """Takes the ballots of the city's own page. The voter is the browser, known by a signed cookie: one vote a device.

    A browser without the cookie is given one and asked to send the ballot again (307), so that even two clicks on the
    first ballot of a device are one voter. ``secure`` says that cookies go over HTTPS only.
    """

    pages: Pages
    voting: Voting
    voter: SignedCookie
    secure: bool
    voters: Callable[[], str] = lambda: secrets.token_urlsafe(24)

    async def vote(self, request: Request, poll_id: str) -> Response:
        """Store the vote and lead back to the poll with the receipt, or say on a page why not."""
        form = await request.form()
        chosen = [str(code)[:100] for code in form.getlist("options")]
        voter = next(iter(self.voter.read(request.cookies.get(VOTER_COOKIE))), None)
        if not voter and request.query_params.get(_ASKED) is None:
            return self._give_cookie(request)
        try:
            poll = await self.voting.polls.get(poll_id)
            if not voter:
                return self._refuse(request, poll_id, poll, chosen, "no_cookies")
            return await self._cast(request, poll_id, poll, chosen, voter)
        except (PyMongoError, QueueFullError):
            return self._refuse(request, poll_id, None, chosen, "not_stored")

    async def _cast(
        self, request: Request, poll_id: str, poll: PollView | None, chosen: Sequence[str], voter: str
    ) -> Response:
        if not chosen:
            return self._refuse(request, poll_id, poll, chosen, "nothing_chosen")
        try:
            vote = NewVote(poll_id=poll_id, options=list(chosen), voter=voter)
        except ValidationError:
            return self._refuse(request, poll_id, poll, chosen, "option_unknown")
        answer = await self.voting.cast(Ballot(vote, WEB))
        if isinstance(answer, Accepted):
            receipt = quote(answer.receipt.vote_id)
            return RedirectResponse(f"/polls/{quote(poll_id, safe='')}?receipt={receipt}", status_code=303)
        fault: PageFault = "voted_already" if isinstance(answer, Clash) else answer.fault
        return self._refuse(request, poll_id, poll, chosen, fault)

    def _give_cookie(self, request: Request) -> Response:
        response = RedirectResponse(f"{quote(request.url.path)}?{_ASKED}=1", status_code=307)
        response.set_cookie(
            VOTER_COOKIE,
            self.voter.write([self.voters()]),
            max_age=int(self.voter.max_age.total_seconds()),
            path="/polls",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    def _refuse(
        self, request: Request, poll_id: str, poll: PollView | None, chosen: Sequence[str], fault: PageFault
    ) -> Response:
        language = self.pages.language(request)
        words = self.pages.messages(language)
        context = {
            "question": None if poll is None else _in(language, poll.question, poll.question_en),
            "reason": words(f"vote-fault-{fault.replace('_', '-')}"),
            "again": poll is not None and fault in _TRY_AGAIN,
            "rows": []
            if poll is None
            else [Option(one.code, _in(language, one.text, one.text_en)) for one in poll.options],
            "selected": list(chosen),
            "max_choices": 1 if poll is None else poll.max_choices,
            "back": f"/polls/{quote(poll_id, safe='')}" if poll is not None else "/polls",
        }
        return self.pages.render(request, "votes/refused.html", context, STATUSES[fault])


def ballot_router(ballots: BallotPages) -> APIRouter:
    """The ballot of the poll's page."""
    router = APIRouter(prefix="/polls", tags=["pages"], include_in_schema=False)
    router.add_api_route(
        "/{poll_id}/vote",
        ballots.vote,
        methods=["POST"],
        response_model=None,
        dependencies=[Depends(require_same_origin)],
    )
    return router


def _in(language: Language, russian: str, english: str | None) -> str:
    return english or russian if language == "en" else russian
