"""``POST /polls/<id>/vote``: the ballot of the poll's page, which surveys shows and intake takes."""

from __future__ import annotations

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

from veche_intake.channels.model import Channel
from veche_intake.polls.model import PollView
from veche_intake.votes import problems as vote_problems
from veche_intake.votes.commands import VoteCommands
from veche_intake.votes.model import NewVote, VoteSubmission
from veche_shared.clock import Clock
from veche_shared.http.problems import BadRequest, Unavailable, Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable
from veche_shared.rejection import Rejected
from veche_shared.security.origin import require_same_origin
from veche_shared.security.signed_cookies import SignedCookie
from veche_shared.storage.group_commit import QueueFullError
from veche_shared.web import Language, Pages
from veche_shared.web.components import Option
from veche_shared.web.rejections import sentence_of

VOTER_COOKIE: Final = "veche_voter"
VOTER_LASTS: Final = timedelta(days=2 * 365)
_ASKED: Final = "cookie"
MAX_CODE: Final = 100
"""Characters of an option's code that are looked at; no code of ours is longer."""

BallotRejection = Literal["nothing_chosen", "no_cookies", "vote_not_stored"]
"""The codes of what only the page says no with."""

PROBLEMS: Final[ProblemTable] = {
    **vote_problems.PROBLEMS,
    "nothing_chosen": ProblemRow(Unprocessable, "Choose an option."),
    "no_cookies": ProblemRow(BadRequest, "Allow cookies: without one a device cannot be counted once."),
    "vote_not_stored": ProblemRow(Unavailable, "The database did not confirm it; send the same again."),
}

_TRY_AGAIN: Final = frozenset(
    {"nothing_chosen", "option_unknown", "option_repeated", "too_many_choices", "no_cookies", "vote_not_stored"}
)


def voter_cookie(key: SecretStr, clock: Clock) -> SignedCookie:
    """The cookie with the id by which a browser is one voter."""
    return SignedCookie(key, "voter-cookie", VOTER_LASTS, clock)


@dataclass(frozen=True, slots=True)
class BallotPages:
    """Renders what a voter's browser gets. The voter is the browser, known by a signed cookie: one vote a device.

    A browser without the cookie is given one and asked to send the ballot again (307), so that even two clicks on the
    first ballot of a device are one voter. ``secure`` says that cookies go over HTTPS only; ``voters`` makes the ids.
    """

    pages: Pages
    cookie: SignedCookie
    secure: bool
    voters: Callable[[], str]

    def voter(self, request: Request) -> str | None:
        """The id by which this browser is known."""
        return next(iter(self.cookie.read(request.cookies.get(VOTER_COOKIE))), None)

    def give_cookie(self, request: Request) -> Response:
        """Make the browser a voter, and have it send the same ballot again."""
        response = RedirectResponse(f"{quote(request.url.path)}?{_ASKED}=1", status_code=307)
        response.set_cookie(
            VOTER_COOKIE,
            self.cookie.write([self.voters()]),
            max_age=int(self.cookie.max_age.total_seconds()),
            path="/polls",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    def rejected(
        self, request: Request, poll_id: str, poll: PollView | None, chosen: Sequence[str], rejected: Rejected
    ) -> Response:
        """Why the vote was not taken, and the ballot as it was filled in, where voting is still possible."""
        language = self.pages.language(request)
        context = {
            "question": None if poll is None else _in(language, poll.question, poll.question_en),
            "reason": sentence_of(rejected, self.pages.messages(language)),
            "again": poll is not None and rejected.code in _TRY_AGAIN,
            "rows": []
            if poll is None
            else [Option(one.code, _in(language, one.text, one.text_en)) for one in poll.options],
            "selected": list(chosen),
            "max_choices": 1 if poll is None else poll.max_choices,
            "back": f"/polls/{quote(poll_id, safe='')}" if poll is not None else "/polls",
        }
        return self.pages.render(request, "web_ballot/refused.html", context, PROBLEMS[rejected.code].kind.status)


def ballot_router(shown: BallotPages, votes: VoteCommands, channel: Channel) -> APIRouter:
    """The ballot of the poll's page, whose votes come by ``channel``."""
    router = APIRouter(prefix="/polls", tags=["pages"], include_in_schema=False)

    @router.post("/{poll_id}/vote", dependencies=[Depends(require_same_origin)])
    async def vote(request: Request, poll_id: str) -> Response:
        """Store the vote and lead back to the poll with the receipt, or say on a page why not."""
        form = await request.form()
        chosen = [str(code)[:MAX_CODE] for code in form.getlist("options")]
        voter = shown.voter(request)
        if not voter and request.query_params.get(_ASKED) is None:
            return shown.give_cookie(request)
        poll: PollView | None = None
        try:
            poll = await votes.poll(poll_id)
            ballot = _ballot(poll_id, chosen, voter)
            answer = ballot if isinstance(ballot, Rejected) else await votes.cast(VoteSubmission(ballot, channel))
        except (PyMongoError, QueueFullError):
            return shown.rejected(request, poll_id, None, chosen, Rejected("vote_not_stored"))
        if isinstance(answer, Rejected):
            return shown.rejected(request, poll_id, poll, chosen, answer)
        receipt = quote(answer.receipt.vote_id)
        return RedirectResponse(f"/polls/{quote(poll_id, safe='')}?receipt={receipt}", status_code=303)

    return router


def _ballot(poll_id: str, chosen: Sequence[str], voter: str | None) -> NewVote | Rejected:
    """The vote that a ballot is, or why it is none."""
    if not voter:
        return Rejected("no_cookies")
    if not chosen:
        return Rejected("nothing_chosen")
    try:
        return NewVote(poll_id=poll_id, options=list(chosen), voter=voter)
    except ValidationError:
        return Rejected("option_unknown")


def _in(language: Language, russian: str, english: str | None) -> str:
    return english or russian if language == "en" else russian
