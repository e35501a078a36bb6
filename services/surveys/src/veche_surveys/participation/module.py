"""The module of participation."""

from __future__ import annotations

from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_surveys.ballots.store import BallotStore
from veche_surveys.participation.http import audit_router, results_router
from veche_surveys.participation.pages import poll_pages_router
from veche_surveys.polls.store import PollStore
from veche_surveys.settings import Settings


def participation_module(context: ServiceContext[Settings], polls: PollStore, ballots: BallotStore) -> Module:
    """Shows polls beside their ballots: pages for people, results, receipts and the audit for programs."""
    return Module(
        name="participation",
        routers=[
            results_router(polls, ballots, context.clock),
            audit_router(polls, ballots),
            poll_pages_router(polls, ballots, context.pages, context.clock),
        ],
    )
