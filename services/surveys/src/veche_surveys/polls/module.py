"""The module of polls."""

from __future__ import annotations

from veche_shared.contracts.topics import SURVEYS
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_surveys.ballots.store import BallotStore
from veche_surveys.polls import store
from veche_surveys.polls.commands import PollCommands
from veche_surveys.polls.http import polls_router
from veche_surveys.polls.jobs import PollClosing, closing_job
from veche_surveys.polls.pages import ManagePages, manage_router
from veche_surveys.polls.store import PollStore
from veche_surveys.settings import Settings


def polls_module(context: ServiceContext[Settings], polls: PollStore, ballots: BallotStore) -> Module:
    """Polls are read, created, opened and closed, also by themselves at their end."""
    clock, ids = context.clock, context.ids
    commands = PollCommands(context.transactions, context.commands, polls, ballots, clock, ids)
    closing = PollClosing(polls, commands, context.failed_items, clock)
    return Module(
        name="polls",
        routers=[
            polls_router(polls, commands, clock, ids),
            manage_router(ManagePages(context.pages, polls, ballots, clock, ids), commands, context.city.zone),
        ],
        indexes=store.INDEXES,
        topics=[SURVEYS],
        jobs=[closing_job(closing, context.settings.surveys.closing_seconds)],
    )
