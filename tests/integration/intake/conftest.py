from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.intake.harness import VK_KEY, Service, running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(backend: Backend, namespace: Namespace) -> AsyncIterator[Service]:
    async with running(backend, namespace) as service:
        yield service


@pytest.fixture
async def vk(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """A program that speaks for VKontakte."""
    async with service.caller(VK_KEY) as http:
        yield http


@pytest.fixture
async def person(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """A person's browser."""
    async with service.caller() as http:
        http.headers["Accept"] = "text/html"
        yield http
