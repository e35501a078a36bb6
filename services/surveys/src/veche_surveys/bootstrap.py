"""Puts the service together from its settings: the one place that knows every part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI

from veche_shared.city import load_city
from veche_shared.clock import Clock, system_clock
from veche_shared.contracts.topics import VOTES
from veche_shared.contracts.votes import VoteEvent
from veche_shared.http.application import ServiceInfo, create_app
from veche_shared.http.health import Health
from veche_shared.ids import Ids, new_id
from veche_shared.messaging import runtime as messaging_runtime
from veche_shared.messaging.runtime import Messaging
from veche_shared.security.sessions import StaffSessions
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Mongo
from veche_shared.web import Pages, mount_static
from veche_surveys.ballots import store as ballot_store
from veche_surveys.ballots.consumer import TYPES, VoteCounter
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls import store as poll_store
from veche_surveys.polls.closing import ClosingClerk
from veche_surveys.polls.commands import PollCommands
from veche_surveys.polls.http import PollDesk, audit_router, polls_router
from veche_surveys.polls.pages import manage_router, poll_pages_router
from veche_surveys.polls.store import PollStore
from veche_surveys.settings import Settings

SERVICE: Final = "surveys"
PACKAGE: Final = "veche_surveys"

INDEXES = {**messaging_runtime.INDEXES, **poll_store.INDEXES, **ballot_store.INDEXES}


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins."""
    mongo = Mongo(settings.mongo.uri.get_secret_value(), f"{settings.mongo.database_prefix}{SERVICE}")
    messaging = Messaging(SERVICE, settings.instance, mongo, settings.kafka, clock, ids)
    polls, ballots = PollStore(mongo), BallotStore(mongo)
    messaging.subscribe(VOTES, VoteEvent, TYPES, VoteCounter(mongo, polls, ballots, clock, ids).handle)
    commands = PollCommands(mongo, polls, ballots, clock, ids, messaging.wake)
    interval = settings.surveys.closing_seconds
    clerk = ClosingClerk(commands, Lease(mongo, "closing", settings.instance, seconds=3 * interval), interval)
    city = load_city(settings.city.pack)
    sessions = StaffSessions.from_settings(settings.security, clock)
    pages = Pages(PACKAGE, city, now=clock, viewer_of=sessions.of)
    desk = PollDesk(polls, ballots, commands, clock, ids)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await mongo.declare(INDEXES)
        await messaging.start()
        clerk.start()
        yield
        await clerk.stop()
        await messaging.stop()
        await mongo.close()

    app = create_app(
        ServiceInfo(SERVICE, "Veche: surveys", version("veche-surveys"), "Polls, ballots and their honest count."),
        settings=settings,
        lifespan=lifespan,
        routers=[
            polls_router(desk),
            audit_router(desk),
            manage_router(desk, pages, city.zone),
            poll_pages_router(desk, pages),
        ],
        health=Health(required={"mongo": mongo.ping}, advisory={"kafka": messaging.check}),
        error_page=lambda request, problem, request_id: pages.error(request, problem.status, request_id=request_id),
        sign_in="/sign-in",
        clock=clock,
    )
    mount_static(app)
    return app
