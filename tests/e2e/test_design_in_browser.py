"""The living page of the design in a real browser: reachable, readable, steady; every component at once."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.backend.ports import free_port
from veche_local.servers.program import dying_with_parent

pytestmark = pytest.mark.browser

PAGES: Final = ["/design", "/design/split", "/design/split/cases/Д-2026-000148", "/design/sign-in?failed"]
CHROMIUM_FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
async def gallery() -> AsyncIterator[str]:
    """The gallery's address, served by a process of its own."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *dying_with_parent([sys.executable, "-m", "tests.gallery", str(port)])
    )
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.1)
                else:
                    writer.close()
                    break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()  # a stream may be open: nothing of it is worth waiting for
        await process.wait()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield running
        await running.close()


@asynccontextmanager
async def opened(
    browser: Browser,
    address: str,
    width: int = 1440,
    theme: Literal["light", "dark"] = "light",
    *,
    javascript: bool = True,
) -> AsyncIterator[Page]:
    """A page in a window of its own; a script's error or a break of the content policy fails the test."""
    context = await browser.new_context(
        viewport=ViewportSize(width=width, height=900),
        color_scheme=theme,
        java_script_enabled=javascript,
        locale="ru-RU",
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    await page.goto(address)
    yield page
    await context.close()
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
async def test_axe_finds_nothing(browser: Browser, gallery: str, width: int, theme: Literal["light", "dark"]) -> None:
    async with opened(browser, f"{gallery}/design", width, theme) as page:
        for path in PAGES:
            await page.goto(gallery + path)
            if path.endswith("/split"):
                await page.locator(".row-link").first.click()
                await page.locator(".case-head").wait_for()
            found = await Axe().run(page)
            assert found.response["violations"] == [], path


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_nothing_is_wider_than_the_window(browser: Browser, gallery: str, language: str) -> None:
    """320 px is 400 % zoom of 1280 (WCAG 2.2, 1.4.10); 720 px is 200 % of 1440."""
    async with opened(browser, f"{gallery}/design?lang={language}") as page:
        for path in PAGES:
            await page.goto(gallery + path)
            for width in (320, 390, 720, 1440):
                await page.set_viewport_size({"width": width, "height": 900})
                assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width}"


async def test_the_desk_is_worked_with_the_keyboard_in_either_layout(browser: Browser, gallery: str) -> None:
    async with opened(browser, f"{gallery}/design/split") as page:
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        # The Russian layout: the key of the English j gives the letter о.
        await page.locator(":focus").dispatch_event("keydown", {"key": "о", "code": "KeyJ", "bubbles": True})
        assert await page.locator(":focus").locator("..").get_attribute("data-number") == "Д-2026-000146"
        await page.keyboard.press("k")
        await page.keyboard.press("o")
        await page.locator(".case-number", has_text="Д-2026-000147").wait_for()
        assert await page.locator(".row.open").get_attribute("data-number") == "Д-2026-000147"
        await page.keyboard.press("a")
        await page.locator(".toast", has_text="приняли").wait_for()
        await page.keyboard.press("?")
        assert await page.locator("#keys").is_visible()
        assert await page.locator("#keys [data-panel-key]").all_inner_texts() == [
            "a\nПринять в работу",
            "r\nОтветить",
            "h\nПередать другому",
        ]
        await page.keyboard.press("Escape")
        assert not await page.locator("#keys").is_visible()


async def test_a_panel_brings_its_styles_once(browser: Browser, gallery: str) -> None:
    async with opened(browser, f"{gallery}/design/split") as page:
        for number in (1, 2):
            await page.locator(".row-link").nth(number).click()
            await page.locator(".case-head", has_text=f"Д-2026-00014{8 - number}").wait_for()
            assert await page.locator("head link[href*='cases/case.css']").count() == 1
            assert await page.locator("#panel link").count() == 0
            assert await page.locator(".case-why mark").first.evaluate("e => getComputedStyle(e).borderRadius") == "3px"


async def test_keys_of_one_letter_can_be_turned_off(browser: Browser, gallery: str) -> None:
    async with opened(browser, f"{gallery}/design/split") as page:
        await page.keyboard.press("?")
        await page.locator("[data-keys-switch]").uncheck()
        await page.keyboard.press("Escape")
        await page.reload()
        await page.keyboard.press("j")
        assert await page.locator(".row-link:focus").count() == 0


async def test_what_is_new_is_offered_and_nothing_moves_before_it_is_asked_for(browser: Browser, gallery: str) -> None:
    async with opened(browser, f"{gallery}/design/split") as page:
        first = page.locator(".row").first
        before = await first.get_attribute("data-number")
        await page.locator("[data-feed-fresh]", has_text="1 новое").wait_for(timeout=15_000)
        assert await first.get_attribute("data-number") == before
        assert await page.title() == "(1) Лента департамента · Вече, Дзержинск"
        await page.keyboard.press("n")
        await page.locator("[data-feed-fresh]").wait_for(state="hidden")
        assert await first.get_attribute("data-number") != before
        assert await page.title() == "Лента департамента · Вече, Дзержинск"


async def test_on_a_phone_the_feed_and_the_case_are_two_screens(browser: Browser, gallery: str) -> None:
    async with opened(browser, f"{gallery}/design/split", 390) as page:
        await page.locator(".row-link").nth(1).click()
        await page.locator(".case-head").wait_for()
        assert not await page.locator(".rows").is_visible()
        await page.go_back()
        await page.locator(".rows").wait_for()
        assert not await page.locator(".case-head").is_visible()


async def test_the_theme_changes_at_once_and_stays(browser: Browser, gallery: str) -> None:
    async with opened(browser, f"{gallery}/design") as page:
        await page.locator("[data-theme-choice=dark]").click()
        assert await page.locator("html").get_attribute("data-theme") == "dark"
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 25, 28)"
        await page.goto(f"{gallery}/design/sign-in")
        assert await page.locator("html").get_attribute("data-theme") == "dark"


async def test_without_javascript_the_switches_are_links_and_a_row_opens_the_cases_page(
    browser: Browser, gallery: str
) -> None:
    async with opened(browser, f"{gallery}/design", javascript=False) as page:
        await page.locator("[data-theme-choice=dark]").click()
        assert await page.locator("html").get_attribute("data-theme") == "dark"
        await page.locator(".switch a[hreflang=en]").click()
        assert await page.locator("html").get_attribute("lang") == "en"
        await page.goto(f"{gallery}/design/split")
        await page.locator(".row-link").first.click()
        assert await page.locator("h1.case-topic").is_visible()


async def test_the_focus_can_always_be_seen(browser: Browser, gallery: str) -> None:
    async with opened(browser, f"{gallery}/design/sign-in") as page:
        for _ in range(14):
            await page.keyboard.press("Tab")
            outline = await page.evaluate(
                "(() => { const style = getComputedStyle(document.activeElement);"
                " return [style.outlineStyle, style.outlineWidth] })()"
            )
            assert outline == ["solid", "3px"]
