"""The live desk in a real browser: what is new is announced and never pushed under the eye; the keys work."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, ViewportSize, async_playwright, expect

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.notifications.running import Service, running, settings_of
from tests.keys import a_token
from tests.unit.notifications.factories import change
from veche_shared.contracts.cases import CaseChangedV1, Named
from veche_shared.security.sessions import COOKIE

pytestmark = pytest.mark.browser

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(backend: Backend, namespace: Namespace) -> AsyncIterator[Service]:
    async with running(settings_of(backend, namespace)) as service:
        yield service


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield running
        await running.close()


@pytest.fixture
def department(request: pytest.FixtureRequest) -> Named:
    return Named(code=f"d{abs(hash(request.node.nodeid)):x}", name="Отдел испытаний")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(
    service: Service, browser: Browser, department: Named, request: pytest.FixtureRequest
) -> AsyncIterator[Page]:
    """An officer's desk with one case in it; routing's panel, which is another service's, is a stand-in."""
    await service.publish([case(department, 1)])
    token = a_token("officer", login="anna", name="Анна", departments=[department.code])
    context = await browser.new_context(
        viewport=ViewportSize(width=getattr(request, "param", 1440), height=900), locale="ru-RU"
    )
    context.set_default_timeout(20_000)
    await context.add_cookies([{"name": COOKIE, "value": token, "url": service.address}])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.route("**/cases/**", _panel)
    await page.goto(f"{service.address}/desk")
    while not await page.locator(".row").count():  # the case is on its way through Kafka
        await page.wait_for_timeout(200)
        await page.reload()
    yield page
    await context.close()
    assert complaints == []


async def _panel(route: Route) -> None:
    await route.fulfill(status=200, content_type="text/html", body="<h2>Яма у подъезда</h2>")


def case(department: Named, number: int, version: int = 1, action: str = "open") -> CaseChangedV1:
    return change(f"{department.code}-{number}", version, action, department=department)


async def test_new_cases_are_announced_and_come_when_they_are_asked_for(
    service: Service, desk: Page, department: Named
) -> None:
    await service.publish([case(department, 2), case(department, 3)])
    announced = desk.get_by_role("button", name=re.compile("2 новых"))
    await expect(announced).to_be_visible(timeout=20_000)
    assert await desk.locator(".row").count() == 1
    await announced.click()
    await expect(desk.locator(".row")).to_have_count(3)
    await expect(announced).to_be_hidden()


async def test_a_case_that_is_on_the_page_changes_in_its_place(service: Service, desk: Page, department: Named) -> None:
    await service.publish([case(department, 1, 2, "accept")])
    await expect(desk.locator(".row .chip")).to_have_text("В работе", timeout=20_000)
    assert await desk.locator("[data-feed-fresh]").is_hidden()


async def test_the_keys_open_a_case_and_what_was_opened_was_read(
    service: Service, desk: Page, department: Named
) -> None:
    await expect(desk.locator(".row.unread")).to_have_count(1)
    await desk.keyboard.press("j")
    async with desk.expect_response(lambda response: response.url.endswith("/read")) as told:
        await desk.keyboard.press("o")
    assert (await told.value).status == 200
    async with service.staff("anna", department.code) as anna:
        assert [feed["unread"] for feed in (await anna.get("/api/v1/feeds"))["items"]] == [0]
    await expect(desk.locator("#panel")).to_have_text("Яма у подъезда")
    await expect(desk.locator(".row.unread")).to_have_count(0)


@pytest.mark.parametrize("desk", [390], indirect=True)
async def test_on_a_phone_the_feed_and_the_case_are_two_screens(desk: Page) -> None:
    await desk.locator(".row-link").click()
    await expect(desk.locator("#panel")).to_be_visible()
    await expect(desk.locator(".row")).to_be_hidden()
    await desk.go_back()
    await expect(desk.locator(".row")).to_be_visible()
