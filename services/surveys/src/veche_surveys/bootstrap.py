"""The composition root: the list of the service's modules."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from veche_shared.clock import Clock, system_clock
from veche_shared.http.application import ServiceInfo
from veche_shared.ids import Ids, new_id
from veche_shared.security.ended_sessions_module import ended_sessions_module, session_authenticator
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext
from veche_surveys import SERVICE
from veche_surveys.ballots.module import ballots_module
from veche_surveys.ballots.store import BallotStore
from veche_surveys.participation.module import participation_module
from veche_surveys.polls.module import polls_module
from veche_surveys.polls.store import PollStore
from veche_surveys.settings import Settings

INFO: Final = ServiceInfo(
    SERVICE,
    "Veche: surveys",
    version("veche-surveys"),
    "Polls, ballots and their honest count.",
    sign_in="/sign-in",
)


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins."""
    context = ServiceContext.of(
        SERVICE, "veche_surveys", settings, authenticator=session_authenticator, clock=clock, ids=ids
    )
    polls, ballots = PollStore(context.mongo), BallotStore(context.mongo)
    modules = [
        ballots_module(context, ballots, terms_of=polls.terms),
        polls_module(context, polls, ballots),  # before participation: /polls/manage is not the id of a poll
        participation_module(context, polls, ballots),
        ended_sessions_module(context),
    ]
    return assemble(INFO, context, modules)
