"""Who may call which internal endpoint: each caller by its own key, and nobody by a session or by another key."""

from __future__ import annotations

from typing import Final

import httpx2
import pytest
from fastapi.routing import APIRoute

from deploy.checks.documents import application
from tests.city.processes import City
from tests.keys import bearer
from veche_local.parts import SERVICES

CALLERS: Final = {
    ("intake", "/internal/v1/contacts/{pseudonym}"): {"notifications"},
    ("routing", "/internal/v1/counts"): {"tools"},
    ("routing", "/internal/v1/sessions/ended"): {"notifications_sessions", "surveys_sessions"},
    ("notifications", "/internal/v1/counts"): {"tools"},
    ("notifications", "/internal/v1/feeds"): {"tools"},
    ("notifications", "/internal/v1/feeds/{feed}"): {"tools"},
    ("notifications", "/internal/v1/feeds/{feed}/stream"): {"tools"},
    ("notifications", "/internal/v1/deliveries/{delivery_id}"): {"tools"},
    ("notifications", "/internal/v1/cases/{number}/notices"): {"tools"},
    ("surveys", "/internal/v1/polls/{poll_id}/audit"): {"tools"},
}
"""Every internal endpoint, and the keys that open it."""

KNOWN: Final = {
    "intake": {"notifications"},
    "routing": {"tools", "notifications_sessions", "surveys_sessions"},
    "notifications": {"tools"},
    "surveys": {"tools"},
}
"""The keys of which a service has the digest."""

FOR_STAFF: Final = [
    ("routing", "GET", "/api/v1/sessions/current"),
    ("routing", "GET", "/api/v1/cases"),
    ("notifications", "GET", "/api/v1/feeds"),
    ("notifications", "GET", "/api/v1/feeds/roads"),
    ("notifications", "GET", "/api/v1/feeds/all/stream"),
    ("notifications", "PUT", "/api/v1/feeds/roads/read"),
    ("notifications", "GET", "/api/v1/cases/1/notices"),
    ("surveys", "POST", "/api/v1/polls/1/close"),
]


def test_every_internal_endpoint_is_in_the_table() -> None:
    found = {
        (service, route.path)
        for service in SERVICES
        for route in application(service).routes
        if isinstance(route, APIRoute) and route.path.startswith("/internal")
    }
    assert found == CALLERS.keys()


def keys(city: City) -> dict[str, str]:
    """Whatever somebody might try, by whose it is."""
    own = city.keys
    return {
        "notifications": own.notifications,
        "notifications_sessions": own.notifications_sessions,
        "surveys_sessions": own.surveys_sessions,
        "tools": own.tools,
        "tracking": own.tracking,
        "voter": own.voter,
        "session_signing": own.session_signing,
        "session_public": own.session_public,
        "channel": city.key("vk"),
        "nobody": "x" * 64,
    }


async def status(city: City, service: str, path: str, headers: dict[str, str], method: str = "GET") -> int:
    address = path.format(pseudonym="p1", feed="roads", delivery_id="d1", number="n1", poll_id="p1")
    url = f"{city.urls[service]}{address}"
    async with (
        httpx2.AsyncClient(timeout=20) as client,
        client.stream(method, url, headers=headers, json={} if method == "PUT" else None) as answer,
    ):
        return answer.status_code


@pytest.mark.parametrize(("service", "path"), CALLERS)
async def test_an_internal_endpoint_is_for_its_callers_and_for_nobody_else(city: City, service: str, path: str) -> None:
    for caller, key in keys(city).items():
        found = await status(city, service, path, bearer(key))
        if caller in CALLERS[service, path]:
            assert found in (200, 404), caller
        else:
            assert found == (403 if caller in KNOWN[service] else 401), caller
    assert await status(city, service, path, {}) == 401
    assert await status(city, service, path, city.session("officer", "coordinator", "poll_admin", "operator")) == 401


@pytest.mark.parametrize(("service", "method", "path"), FOR_STAFF)
async def test_what_is_for_staff_takes_only_sessions(city: City, service: str, method: str, path: str) -> None:
    for caller, key in keys(city).items():
        assert await status(city, service, path, bearer(key), method) == 401, caller
    staff = city.session("officer", "coordinator", "poll_admin", departments=["roads"])
    assert await status(city, service, path, staff, method) in (200, 404, 422)


@pytest.mark.parametrize(("service", "path"), CALLERS)
async def test_the_gateway_lets_nobody_in_to_internal_endpoints(city: City, service: str, path: str) -> None:
    address = path.format(pseudonym="p1", feed="roads", delivery_id="d1", number="n1", poll_id="p1")
    async with httpx2.AsyncClient(base_url=city.gateway, timeout=20) as client:
        for key in keys(city).values():
            assert (await client.get(address, headers=bearer(key))).status_code == 404
