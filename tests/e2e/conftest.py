"""One city for all browser tests: the gateway, the four services, Kafka, MongoDB, a mail server and one Chromium."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.backend.plugin import own_namespace
from tests.backend.servers import Backend
from tests.city.processes import City
from tests.e2e.browser import CHROMIUM_FLAGS, Windows
from tests.integration.notifications.mail import MailServer, mail_server

# A machine that does other things too is slow, not wrong.
expect.set_options(timeout=20_000)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def mailbox() -> AsyncIterator[MailServer]:
    """Where the city's letters arrive."""
    async with mail_server() as server:
        yield server


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def city(backend: Backend, mailbox: MailServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """The whole city behind one address."""
    async with own_namespace(backend) as namespace:
        mail = {
            "VECHE_NOTIFICATIONS__SMTP__HOST": "127.0.0.1",
            "VECHE_NOTIFICATIONS__SMTP__PORT": str(mailbox.port),
        }
        environment = {**backend.environment(), **namespace.environment(), **mail}
        installed = City(environment, tmp_path_factory.mktemp("city"))
        try:
            installed.start()
            yield installed
        finally:
            installed.stop()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium; each window is a person of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield running
        await running.close()


@pytest.fixture(scope="package")
def windows(browser: Browser, city: City) -> Windows:
    """Opens windows on the city."""
    return Windows(browser, city)
