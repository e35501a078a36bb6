"""Cases: appeals become cases, staff give commands, every change is published."""

from __future__ import annotations

from veche_routing.cases.commands import CaseService
from veche_routing.cases.consumer import AppealsConsumer
from veche_routing.cases.http import cases_router, internal_router
from veche_routing.cases.pages import case_pages
from veche_routing.cases.store import COUNTS, INDEXES, CaseStore
from veche_routing.responsibility.rules import RulesetCache
from veche_routing.settings import Settings
from veche_shared.contracts.topics import APPEALS, CASES
from veche_shared.messaging.subscriptions import subscribe_prepared
from veche_shared.service.context import ServiceContext
from veche_shared.service.module import Module
from veche_shared.storage.kept_figures import KeptFigures


def cases_module(context: ServiceContext[Settings], rulesets: RulesetCache) -> Module:
    """The cases of the city, decided by the rules in force at each moment."""
    store = CaseStore(context.mongo)
    calendar = context.city.calendar
    figures = KeptFigures(context.mongo, COUNTS, store.recount, context.clock)
    service = CaseService(context.transactions, context.commands, store, figures, rulesets, context.clock, context.ids)
    consumer = AppealsConsumer(store, rulesets, calendar, context.clock, context.ids)
    return Module(
        name="cases",
        routers=[
            cases_router(service, context.clock),
            internal_router(service),
            case_pages(service, context.pages, calendar, context.clock, context.ids),
        ],
        indexes=INDEXES,
        topics=[CASES],
        subscriptions=[
            subscribe_prepared(APPEALS, consumer.prepare, group="cases", max_records=context.settings.routing.batch)
        ],
        jobs=[figures.job("count-cases")],
    )
