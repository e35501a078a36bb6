"""The composition root: builds the service of its modules."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from veche_shared.clock import Clock, system_clock
from veche_shared.contracts.topics import SURVEYS, VOTES
from veche_shared.http.application import ServiceInfo
from veche_shared.ids import Ids, new_id
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Job, Module
from veche_surveys.ballots import store as ballot_store
from veche_surveys.ballots.consumer import VoteCounter
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls import store as poll_store
from veche_surveys.polls.commands import PollCommands
from veche_surveys.polls.http import PollDesk, audit_router, polls_router
from veche_surveys.polls.pages import manage_router, poll_pages_router
from veche_surveys.polls.store import PollStore
from veche_surveys.settings import Settings

SERVICE: Final = "surveys"


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins."""
    context = ServiceContext.of(SERVICE, "veche_surveys", settings, clock=clock, ids=ids)
    polls, ballots = PollStore(context.mongo), BallotStore(context.mongo)
    commands = PollCommands(context.transactions, polls, ballots, clock, ids)
    desk = PollDesk(polls, ballots, commands, clock, ids)
    module = Module(
        name="surveys",
        routers=[
            polls_router(desk),
            audit_router(desk),
            manage_router(desk, context.pages, context.city.zone),
            poll_pages_router(desk, context.pages),
        ],
        indexes={**poll_store.INDEXES, **ballot_store.INDEXES},
        topics=[SURVEYS],
        subscriptions=[subscribe(VOTES, VoteCounter(polls, ballots, clock, ids).handle, group="ballots")],
        jobs=[
            Job(
                name="close-polls",
                step=commands.close_due,
                interval=settings.surveys.closing_seconds,
                one_replica=True,
            )
        ],
    )
    info = ServiceInfo(
        SERVICE,
        "Veche: surveys",
        version("veche-surveys"),
        "Polls, ballots and their honest count.",
        sign_in="/sign-in",
    )
    return assemble(info, context, [module])
