"""The module of votes."""

from __future__ import annotations

from veche_intake.votes.commands import VoteCommands
from veche_intake.votes.consumer import RejectionConsumer
from veche_intake.votes.store import INDEXES, VoteStore
from veche_shared.contracts.topics import SURVEYS, VOTES
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.service.module import Module


def votes_module(commands: VoteCommands) -> Module:
    """Votes are stored and announced, and marked where surveys rejects them; the connectors hand them in."""
    store = VoteStore(commands.storing.mongo)
    return Module(
        name="votes",
        indexes=INDEXES,
        topics=[VOTES],
        subscriptions=[subscribe(SURVEYS, RejectionConsumer(store).handle, group="rejections")],
        writers=[commands.storing.commits],
    )
