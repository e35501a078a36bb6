"""The module of the ballot on a poll's page."""

from __future__ import annotations

import secrets
from typing import Final

from veche_intake.channels.model import WEB
from veche_intake.connectors.protocol import Connector, ConnectorContext
from veche_intake.connectors.web_ballot.pages import BallotPages, ballot_router, voter_cookie
from veche_shared.service.module import Module


def web_ballot_module(context: ConnectorContext) -> Module:
    """The route by which the ballots of the city's own site are handed in."""
    service = context.service
    settings = service.settings
    cookie = voter_cookie(settings.intake.voter_key, service.clock)
    shown = BallotPages(service.pages, cookie, settings.http.secure_cookies, lambda: secrets.token_urlsafe(24))
    return Module(name="web_ballot", routers=[ballot_router(shown, context.votes, context.channels[WEB])])


WEB_BALLOT: Final = Connector(code="web_ballot", channels=frozenset({WEB}), module=web_ballot_module)
