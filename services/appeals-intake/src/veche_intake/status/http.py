"""``/api/v1/appeals/{number}``: the public state of an appeal, for whoever holds its tracking code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from veche_intake.status.commands import StatusReader
from veche_intake.status.model import AppealStatus, PublicState
from veche_intake.status.presenter import StatusPresenter, in_language
from veche_shared.contracts.cases import ActionCode
from veche_shared.http.callers import caller_network
from veche_shared.http.problems import NotFound, TooManyRequests, Unauthorised
from veche_shared.http.rejections import ProblemRow, ProblemTable, accepted
from veche_shared.web import Language

PROBLEMS: Final[ProblemTable] = {
    "appeal_unknown": ProblemRow(NotFound, "There is no appeal with this number and this code; check both."),
    "slow_down": ProblemRow(TooManyRequests, "Too many wrong numbers or codes; wait and try again."),
}


class StepOut(BaseModel):
    """One thing that really happened."""

    at: datetime
    action: ActionCode
    state: PublicState
    department: str | None = None


class StatusOut(BaseModel):
    """An appeal's public state. ``sentence`` says it in plain words, in the language that was asked for."""

    number: str
    state: PublicState
    sentence: str
    since: datetime
    registered_at: datetime
    department: str | None = None
    due_on: date | None = Field(default=None, description="the last day of the term in the city's zone")
    answer: str | None = None
    answered_at: datetime | None = None
    steps: list[StepOut] = []


def status_router(reader: StatusReader, presenter: StatusPresenter) -> APIRouter:
    """The route by which an appeal is followed."""
    router = APIRouter(prefix="/api/v1/appeals", tags=["appeals"])

    @router.get("/{number}")
    async def status(
        request: Request,
        number: str,
        tracking_code: Annotated[str | None, Header(max_length=40)] = None,
        code: Annotated[
            str | None, Query(max_length=40, description="the tracking code, where no header can be sent")
        ] = None,
        lang: Language = "ru",
    ) -> StatusOut:
        """The public state; an unknown number and a wrong code get the same answer."""
        given = tracking_code or code
        if not given:
            raise Unauthorised(
                "Send the tracking code that was given with the number, in the header Tracking-Code.",
                code="tracking_code_required",
            )
        opened = accepted(await reader.open(number, given, caller_network(request)), PROBLEMS)
        return status_out(opened, presenter.state(opened, lang), lang)

    return router


def status_out(status: AppealStatus, sentence: str, language: Language) -> StatusOut:
    """The state as a document."""
    view = status.view
    if view is None:
        return StatusOut(
            number=status.number,
            state="received",
            sentence=sentence,
            since=status.registered_at,
            registered_at=status.registered_at,
        )
    return StatusOut(
        number=status.number,
        state=view.state,
        sentence=sentence,
        since=view.since,
        registered_at=status.registered_at,
        department=in_language(view.department, language),
        due_on=view.due_on,
        answer=view.answer,
        answered_at=view.answered_at,
        steps=[
            StepOut(at=step.at, action=step.action, state=step.state, department=in_language(step.department, language))
            for step in view.steps
        ],
    )
