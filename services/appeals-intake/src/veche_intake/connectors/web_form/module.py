"""The module of the web form."""

from __future__ import annotations

import secrets
from typing import Final

from veche_intake.channels.model import WEB
from veche_intake.connectors.protocol import Connector, ConnectorContext
from veche_intake.connectors.web_form.pages import FormPage, form_router
from veche_intake.status.access import AuthorAccess
from veche_intake.status.store import AnswerPaceCache, PublicViewStore, answer_figures
from veche_shared.service.module import Module


def web_form_module(context: ConnectorContext) -> Module:
    """The form of the city's own site."""
    service = context.service
    views = PublicViewStore(service.mongo)
    pace = AnswerPaceCache(views, answer_figures(views, service.clock), service.clock, service.monotonic)
    shown = FormPage(service.pages, pace, lambda: secrets.token_urlsafe(24), service.city.address_example)
    access = AuthorAccess.of(service)
    return Module(name="web_form", routers=[form_router(shown, context.appeals, context.channels[WEB], access)])


WEB_FORM: Final = Connector(code="web_form", channels=frozenset({WEB}), module=web_form_module)
