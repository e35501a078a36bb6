"""The live desk after whatever breaks its stream: it comes back by itself, and nothing is missed or doubled."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.faults.network import TcpProxy, proxy_to
from tests.integration.notifications.running import Service, running, settings_of, until
from tests.integration.notifications.test_desk_in_browser import CHROMIUM_FLAGS, case
from tests.keys import a_session, token_of
from veche_routing.directory.events import session_ended
from veche_routing.directory.model import Session
from veche_shared.clock import system_clock
from veche_shared.contracts.cases import Named
from veche_shared.ids import new_id
from veche_shared.security.sessions import COOKIE

pytestmark = pytest.mark.browser

STREAM = "**/stream*"
PATIENCE_MS = 40_000

RECORD = """([url]) => import("/static/js/event-stream.js").then(({ followEvents }) => {
  window.seen = [];
  window.states = [];
  const onEvent = ({ id }) => window.seen.push(Number(id));
  followEvents(url, { onEvent, onState: (state) => window.states.push(state) });
})"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
def department(request: pytest.FixtureRequest) -> Named:
    return Named(code=f"d{abs(hash(request.node.nodeid)):x}", name="Отдел испытаний")


@dataclass(slots=True)
class Desk:
    """An officer's desk behind a connection that the test can break, of a service that it can restart."""

    backend: Backend
    namespace: Namespace
    department: Named
    page: Page
    line: TcpProxy
    session: Session
    _service: AsyncExitStack
    _replicas: int = 1
    _published: int = field(default=0)
    service: Service = field(init=False)

    async def start(self) -> None:
        settings = settings_of(self.backend, self.namespace, instance=f"replica-{self._replicas}")
        self._replicas += 1
        self.service = await self._service.enter_async_context(running(settings))
        self.line.target = int(self.service.address.rpartition(":")[2])

    async def stop(self) -> None:
        await self._service.aclose()

    async def publish(self, count: int) -> None:
        """Open so many new cases, one batch each, and wait until they are in the feed."""
        for _ in range(count):
            self._published += 1
            await self.service.publish([case(self.department, self._published)])
        await until(self._is_stored)

    async def _is_stored(self) -> bool:
        async with self.service.tool() as tool:
            answer = await tool.http.get(f"{tool.feeds}/{self.department.code}", params={"limit": 200})
            return answer.status_code == 200 and len(answer.json()["items"]) == self._published

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.line.port}"

    async def open(self) -> None:
        await self.page.goto(f"{self.address}/desk/{self.department.code}")
        url = f"/api/v1/feeds/{self.department.code}/stream?after=0"
        await self.page.evaluate(RECORD, [url])
        await self.has_come_to("open")

    async def has_seen(self, count: int) -> None:
        """Every number of the feed came, once and in order."""
        await self._until(lambda seen: len(seen) >= count, "() => window.seen")
        assert await self.page.evaluate("() => window.seen") == list(range(1, count + 1))

    async def has_come_to(self, state: str) -> None:
        await self._until(lambda states: states[-1:] == [state], "() => window.states")

    async def _until(self, holds: Callable[[list[object]], bool], expression: str) -> None:
        async def came() -> bool:
            return holds(await self.page.evaluate(expression))

        await until(came, PATIENCE_MS / 1000)

    def notice(self, state: str) -> str:
        return f"[data-feed-state={state}]"


@asynccontextmanager
async def desk_of(backend: Backend, namespace: Namespace, browser: Browser, department: Named) -> AsyncIterator[Desk]:
    account, session = a_session("officer", login="anna", departments=[department.code])
    context = await browser.new_context(locale="ru-RU")
    async with AsyncExitStack() as services, proxy_to(0) as line:
        desk = Desk(backend, namespace, department, await context.new_page(), line, session, services)
        await context.add_cookies([{"name": COOKIE, "value": token_of(account, session), "url": desk.address}])
        complaints: list[str] = []
        desk.page.on("pageerror", lambda error: complaints.append(str(error)))
        await desk.start()
        await desk.publish(1)
        await desk.open()
        yield desk
        await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def desk(backend: Backend, namespace: Namespace, browser: Browser, department: Named) -> AsyncIterator[Desk]:
    async with desk_of(backend, namespace, browser, department) as desk:
        yield desk


def answer(status: int, content_type: str = "text/plain", body: str = "") -> Callable[[Route], Awaitable[None]]:
    async def fulfil(route: Route) -> None:
        await route.fulfill(status=status, content_type=content_type, body=body)

    return fulfil


@asynccontextmanager
async def answered(desk: Desk, *arguments: object) -> AsyncIterator[None]:
    """The gateway answers for the service, to those whose streams have just broken."""
    await desk.page.route(STREAM, answer(*arguments))  # type: ignore[arg-type]
    await desk.line.disconnect()
    await desk.line.restore()
    yield
    await desk.page.unroute(STREAM)


@asynccontextmanager
async def cut(desk: Desk) -> AsyncIterator[None]:
    await desk.line.disconnect()
    yield
    await desk.line.restore()


@asynccontextmanager
async def restarted(desk: Desk) -> AsyncIterator[None]:
    await desk.stop()
    await expect(desk.page.locator(desk.notice("broken"))).to_be_visible(timeout=PATIENCE_MS)
    await desk.start()
    yield


BREAKS = {
    "502 once": lambda desk: answered(desk, 502),
    "503 as a problem": lambda desk: answered(desk, 503, "application/problem+json", "{}"),
    "404 of a gateway": lambda desk: answered(desk, 404, "text/html", "<h1>404</h1>"),
    "a page instead of a stream": lambda desk: answered(desk, 200, "text/html", "<h1>Maintenance</h1>"),
    "half an event": lambda desk: answered(desk, 200, "text/event-stream", 'id: 99\nevent: entry\ndata: {"number"'),
    "the connection is cut": cut,
    "the service is restarted": restarted,
}


@pytest.mark.parametrize("kind", BREAKS)
async def test_the_desk_comes_back_and_misses_and_doubles_nothing(desk: Desk, kind: str) -> None:
    await desk.publish(1)
    await desk.has_seen(2)
    announced = desk.page.locator("[data-feed-fresh]")
    await expect(announced).to_contain_text("1 новое", timeout=PATIENCE_MS)

    async with BREAKS[kind](desk):
        await desk.publish(2)
        if kind != "the service is restarted":  # there it was seen while the service was down, and may be gone already
            await expect(desk.page.locator(desk.notice("broken"))).to_be_visible(timeout=PATIENCE_MS)

    await desk.has_seen(4)
    await expect(announced).to_contain_text("3 новых", timeout=PATIENCE_MS)
    await expect(desk.page.locator(desk.notice("broken"))).to_be_hidden(timeout=PATIENCE_MS)
    await desk.publish(1)
    await desk.has_seen(5)
    await announced.click()
    await expect(desk.page.locator(".row")).to_have_count(5)


async def test_a_row_that_could_not_be_fetched_is_fetched_when_the_stream_is_back(desk: Desk) -> None:
    number = f"**/desk/{desk.department.code}/rows/*"
    await desk.page.route(number, answer(502))
    async with desk.page.expect_response(lambda response: "/rows/" in response.url and response.status == 502):
        await desk.service.publish([case(desk.department, 1, 2, "accept")])
    await expect(desk.page.locator(desk.notice("broken"))).to_be_visible()
    await desk.page.unroute(number)
    async with cut(desk):
        pass
    await expect(desk.page.locator(".row .chip")).to_have_text("В работе", timeout=PATIENCE_MS)
    await expect(desk.page.locator(desk.notice("broken"))).to_be_hidden(timeout=PATIENCE_MS)


async def test_a_session_that_ended_is_called_so_and_led_to_the_sign_in(desk: Desk) -> None:
    now = system_clock()
    event = session_ended(desk.session, "signed_out", now, new_id(), None)
    async with producer(desk) as kafka:
        topic = f"{desk.namespace.topic_prefix}sessions"
        await kafka.send_and_wait(topic, event.model_dump_json().encode(), key=event.subject.encode())
    notice = desk.page.locator(desk.notice("signed-out"))
    await expect(notice).to_contain_text("Сеанс закончился", timeout=PATIENCE_MS)
    await expect(desk.page.locator(desk.notice("broken"))).to_be_hidden()
    await desk.has_come_to("signed-out")
    link = notice.get_by_role("link", name="Войти снова")
    wanted = f"/sign-in?next=%2Fdesk%2F{desk.department.code}%3Forder%3Ddeadline"
    await expect(link).to_have_attribute("href", wanted)
    await expect(desk.page.locator(".row")).to_have_count(1)  # what was read stays to be read
    await expect(desk.page.locator(".row.gone")).to_have_count(0)


async def test_whoever_has_signed_in_again_elsewhere_goes_on_without_a_gap(desk: Desk) -> None:
    problem = answer(401, "application/problem+json", "{}")
    await desk.page.route(STREAM, problem)
    async with cut(desk):
        await desk.publish(1)
    await expect(desk.page.locator(desk.notice("signed-out"))).to_be_visible(timeout=PATIENCE_MS)
    await desk.page.unroute(STREAM)
    await desk.page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    await desk.has_seen(2)
    await expect(desk.page.locator(desk.notice("signed-out"))).to_be_hidden()


async def test_a_feed_that_is_not_theirs_any_more_is_not_asked_for_for_ever(desk: Desk) -> None:
    async with answered(desk, 404, "application/problem+json", "{}"):
        await expect(desk.page.locator(desk.notice("refused"))).to_be_visible(timeout=PATIENCE_MS)
        await desk.has_come_to("refused")


@asynccontextmanager
async def producer(desk: Desk) -> AsyncIterator[AIOKafkaProducer]:
    kafka = AIOKafkaProducer(bootstrap_servers=desk.backend.kafka_bootstrap)
    await kafka.start()
    yield kafka
    await kafka.stop()
