"""The module of polls."""

from __future__ import annotations

from veche_intake.polls.consumer import PollConsumer
from veche_intake.polls.store import INDEXES, PollStore
from veche_intake.settings import Settings
from veche_shared.contracts.topics import SURVEYS
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module


def polls_module(context: ServiceContext[Settings]) -> Module:
    """The view of polls follows what surveys publishes."""
    polls = PollStore(context.mongo)
    return Module(
        name="polls",
        indexes=INDEXES,
        subscriptions=[subscribe(SURVEYS, PollConsumer(polls).handle, group="polls")],
    )
