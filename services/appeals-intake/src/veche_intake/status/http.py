"""``/api/v1/appeals/{number}``: the public state of an appeal, for whoever holds its tracking code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from veche_intake.status.commands import Followed, Following
from veche_intake.status.model import PublicState
from veche_intake.status.sentences import Sentences, in_language
from veche_shared.contracts.cases import ActionCode
from veche_shared.http.callers import caller_network
from veche_shared.http.problems import Unauthorised
from veche_shared.web import Language


class StepAnswer(BaseModel):
    """One thing that really happened."""

    at: datetime
    action: ActionCode
    state: PublicState
    department: str | None = None


class StatusAnswer(BaseModel):
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
    steps: list[StepAnswer] = []


@dataclass(frozen=True, slots=True)
class Window:
    """Where programs ask for an appeal's state."""

    following: Following
    sentences: Sentences

    async def status(
        self,
        request: Request,
        number: str,
        tracking_code: Annotated[str | None, Header(max_length=40)] = None,
        code: Annotated[
            str | None, Query(max_length=40, description="the tracking code, where no header can be sent")
        ] = None,
        lang: Literal["ru", "en"] = "ru",
    ) -> StatusAnswer:
        """The public state; an unknown number and a wrong code get the same answer."""
        given = tracking_code or code
        if not given:
            raise Unauthorised(
                "Send the tracking code that was given with the number, in the header Tracking-Code.",
                code="tracking_code_required",
            )
        followed = await self.following.open(number, given, caller_network(request))
        return answer(followed, self.sentences.state(followed, lang), lang)


def status_router(window: Window) -> APIRouter:
    """The route by which an appeal is followed."""
    router = APIRouter(prefix="/api/v1/appeals", tags=["appeals"])
    router.add_api_route("/{number}", window.status, methods=["GET"])
    return router


def answer(followed: Followed, sentence: str, language: Language) -> StatusAnswer:
    """The state as a document."""
    view = followed.view
    if view is None:
        return StatusAnswer(
            number=followed.number,
            state="received",
            sentence=sentence,
            since=followed.registered_at,
            registered_at=followed.registered_at,
        )
    return StatusAnswer(
        number=followed.number,
        state=view.state,
        sentence=sentence,
        since=view.since,
        registered_at=followed.registered_at,
        department=in_language(view.department, language),
        due_on=view.due_on,
        answer=view.answer,
        answered_at=view.answered_at,
        steps=[
            StepAnswer(
                at=step.at, action=step.action, state=step.state, department=in_language(step.department, language)
            )
            for step in view.steps
        ],
    )
