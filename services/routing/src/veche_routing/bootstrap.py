"""The composition root: the list of modules that make the service."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from veche_routing import SERVICE
from veche_routing.cases.module import cases_module
from veche_routing.directory.module import directory_module, staff_authenticator
from veche_routing.packs.files import load_pack
from veche_routing.responsibility.rules import RulesetCache
from veche_routing.settings import Settings
from veche_shared.clock import Clock, system_clock
from veche_shared.http.application import ServiceInfo
from veche_shared.ids import Ids, new_id
from veche_shared.service.assembly import assemble
from veche_shared.service.context import ServiceContext


def build(settings: Settings, *, clock: Clock = system_clock, ids: Ids = new_id) -> FastAPI:
    """The application, ready to be served; nothing is connected before its lifespan begins. Raises PackError."""
    context = ServiceContext.of(
        SERVICE, "veche_routing", settings, authenticator=staff_authenticator, clock=clock, ids=ids
    )
    pack = load_pack(context.city)
    rulesets = RulesetCache(pack, context.city.calendar)
    rulesets.at(clock())  # computed now, so that the first appeals need not wait for it
    return assemble(
        ServiceInfo(
            SERVICE,
            "Veche: routing",
            version("veche-routing"),
            "Cases, staff, the city's directory.",
            sign_in="/sign-in",
        ),
        context,
        [
            cases_module(context, rulesets),
            directory_module(context, pack, rulesets),
        ],
    )
