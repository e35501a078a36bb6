"""The module of ballots."""

from __future__ import annotations

from veche_shared.contracts.topics import VOTES
from veche_shared.messaging.subscriptions import subscribe
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_surveys.ballots import store
from veche_surveys.ballots.consumer import TermsOf, VoteCounter
from veche_surveys.ballots.store import BallotStore
from veche_surveys.settings import Settings


def ballots_module(context: ServiceContext[Settings], ballots: BallotStore, *, terms_of: TermsOf) -> Module:
    """Counts votes into ballots and tallies; ``terms_of`` finds the terms of the polls that votes name."""
    counter = VoteCounter(terms_of, ballots, context.clock, context.ids)
    return Module(
        name="ballots",
        indexes=store.INDEXES,
        subscriptions=[subscribe(VOTES, counter.handle, group="ballots")],
    )
