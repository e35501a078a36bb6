"""The module of the JSON API."""

from __future__ import annotations

from typing import Final

from veche_intake.connectors.json_api.http import APPEALS, VOTES, appeals_router, votes_router
from veche_intake.connectors.protocol import Connector, ConnectorContext
from veche_shared.http.edge import MIB
from veche_shared.service.module import Module

BODY_LIMITS: Final = {APPEALS: MIB // 4, f"{APPEALS}/batch": 32 * MIB, VOTES: MIB // 16, f"{VOTES}/batch": 4 * MIB}
"""Bytes of one: the longest text with every letter escaped, and as much again. Of a batch: a thousand usual appeals,
with room for long ones.
"""


def json_api_module(context: ConnectorContext) -> Module:
    """The routes by which programs hand in appeals and votes, all on the fast path."""
    service = context.service
    public_url = service.settings.http.public_url
    appeals = appeals_router(context.appeals, context.keys, context.channels, service.clock, public_url)
    votes = votes_router(context.votes, context.keys, context.channels)
    return Module(
        name="json_api",
        routers=[appeals, votes],
        fast_routes=[*appeals.routes, *votes.routes],
        body_limits=BODY_LIMITS,
    )


JSON_API: Final = Connector(code="json_api", channels=None, module=json_api_module)
