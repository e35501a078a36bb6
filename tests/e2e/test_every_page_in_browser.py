"""What holds for every page: it can be read and worked by everybody, on every screen, in both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.city.processes import City
from tests.e2e.browser import Windows
from tests.e2e.seed import WRITTEN, Seeded, seed
from veche_shared.security.sessions import Role
from veche_shared.web.localisation import Language

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the city; ``path`` may name what the seeded city has, ``roles`` says who sees it."""

    path: str
    roles: Sequence[Role] = ()
    departments: Sequence[str] = ()


PLACES: Final = {
    "form": Place("/"),
    "sent": Place("/"),
    "refused form": Place("/"),
    "find": Place("/a"),
    "status": Place("/a/{answered}?code={code_of_answered}"),
    "polls": Place("/polls"),
    "poll": Place("/polls/{open_poll}"),
    "results": Place("/polls/{closed_poll}"),
    "sign-in": Place("/sign-in"),
    "account": Place("/account", ["officer"], ["roads"]),
    "desk": Place("/desk/roads", ["officer"], ["roads"]),
    "case": Place("/cases/{assigned}", ["officer"], ["roads"]),
    "triage": Place("/triage", ["coordinator"]),
    "manage polls": Place("/polls/manage", ["poll_admin"]),
    "new poll": Place("/polls/manage/new", ["poll_admin"]),
    "not found": Place("/nowhere"),
    "not for the outside": Place("/metrics"),
}
WITHOUT_A_LANGUAGE: Final = {"not for the outside"}
"""The gateway's own page says everything in both languages."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seeded(city: City) -> Seeded:
    return await seed(city)


@dataclass(frozen=True, slots=True)
class Visits:
    """Opens the pages by their names."""

    windows: Windows
    seeded: Seeded

    @asynccontextmanager
    async def to(self, name: str, *, width: int = 1440, language: Language = "ru") -> AsyncIterator[Page]:
        place = PLACES[name]
        path = place.path.format(**{field: getattr(self.seeded, field) for field in Seeded.__dataclass_fields__})
        async with self.windows.open(
            path, width=width, language=language, roles=place.roles, departments=place.departments
        ) as page:
            if name == "sent":
                await page.locator("#text").fill(WRITTEN[1])
                await page.locator("form button").click()
                await page.locator(".notice").wait_for()
                await page.locator(".timeline-entry").nth(2).wait_for()
            elif name == "refused form":
                await page.locator("#email").fill("anna")
                await page.locator("form button").click()
                await page.locator("[data-error-summary]").wait_for()
            elif name in ("desk", "triage"):
                await page.locator(".row-link").first.click()
                await page.locator("#panel .case-head").wait_for()
            yield page


@pytest.fixture(scope="module")
def visits(windows: Windows, seeded: Seeded) -> Visits:
    return Visits(windows, seeded)


@pytest.mark.parametrize("name", PLACES)
async def test_everybody_can_read_the_page_in_the_light_and_in_the_dark_and_on_every_screen(
    visits: Visits, name: str
) -> None:
    """Checked by axe-core; and by width: 320 px is 400 % zoom of 1280 (WCAG 2.2, 1.4.10), 720 px 200 % of 1440."""
    async with visits.to(name) as page:
        found = (await Axe().run(page)).response["violations"]
        await page.emulate_media(color_scheme="dark")
        found += (await Axe().run(page, options={"runOnly": ["color-contrast"]})).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        widths = {}
        for width in (1024, 720, 390, 320):
            await page.set_viewport_size({"width": width, "height": 900})
            widths[width] = await page.evaluate("document.documentElement.scrollWidth")
        assert all(wide <= width for width, wide in widths.items()), widths


RUSSIAN: Final = """() => {
  const people = "[lang=ru], .own-words, .row-line, .row-place, .letter-text, .case-why mark, .viewer-name";
  const found = [document.title];
  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest(people) || element.closest("script, style")) continue;
    for (const name of ["title", "aria-label", "alt", "placeholder", "data-forms"])
      found.push(element.getAttribute(name) ?? "");
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.push(node.data.trim());
  }
  return found.filter((words) => /[а-яё]/i.test(words));
}"""
NAMES: Final = re.compile(r"Д-\d{4}-\d{6}|(?:ул\.|пр-кт|пл\.|б-р) .+")
"""Numbers of appeals, and addresses as they stand on the houses."""


@pytest.mark.parametrize("name", [name for name in PLACES if name not in WITHOUT_A_LANGUAGE])
async def test_the_english_page_speaks_english(visits: Visits, name: str) -> None:
    async with visits.to(name, language="en") as page:
        found = [NAMES.sub("", words) for words in await page.evaluate(RUSSIAN)]
        left = [words for words in found if re.search("[а-яё]", words, re.IGNORECASE)]
        assert [words for words in left if not any(words in written for written in WRITTEN)] == []


async def test_the_language_is_chosen_by_a_link_and_stays_in_every_service(visits: Visits) -> None:
    async with visits.windows.open("/", javascript=False) as citizen:
        await citizen.get_by_role("link", name="Eng").click()
        for path in ("/", "/polls", "/sign-in"):
            await citizen.goto(path)
            await expect(citizen.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        (("form", "find", "polls", "sign-in", "not found"), ()),
        (("desk", "triage", "manage polls"), ("officer", "coordinator", "poll_admin")),
    ],
)
async def test_the_header_is_the_same_on_the_pages_of_every_service(
    visits: Visits, names: Sequence[str], roles: Sequence[Role]
) -> None:
    headers = set()
    for name in names:
        async with visits.windows.open(PLACES[name].path, roles=roles, departments=["roads"]) as page:
            shown = page.locator(".site-nav a")
            headers.add(tuple([await one.get_attribute("href") for one in await shown.all()]))
            assert await page.locator(".site-nav [aria-current]").count() <= 1
    assert len(headers) == 1
    assert len(headers.pop()) == 3


FOCUS: Final = """() => {
  const style = getComputedStyle(document.activeElement.closest("label.option") ?? document.activeElement);
  const name = document.activeElement.id || document.activeElement.textContent.trim();
  return [style.outlineStyle, style.outlineWidth, name];
}"""


async def test_the_form_is_filled_in_and_sent_with_the_keyboard_alone(windows: Windows) -> None:
    async with windows.open("/") as citizen:
        stops = []
        for _ in range(30):
            await citizen.keyboard.press("Tab")
            style, width, name = await citizen.evaluate(FOCUS)
            assert (style, width) == ("solid", "3px"), name
            stops.append(name)
            if name == "text":
                await citizen.keyboard.type("Не горит фонарь.")
            elif name == "email":
                await citizen.keyboard.type("ivan@example.org")
            elif name == "consent":
                await citizen.keyboard.press("Space")
            elif name == "Отправить":
                await citizen.keyboard.press("Enter")
                break
        assert [name for name in stops if name in ("text", "address", "name", "email", "consent", "Отправить")] == [
            "text",
            "address",
            "name",
            "email",
            "consent",
            "Отправить",
        ]
        await expect(citizen.get_by_text("Мы получили ваше обращение")).to_be_visible()


async def test_the_desk_is_worked_with_the_keyboard_alone(visits: Visits) -> None:
    async with visits.to("desk") as officer:
        await officer.goto("/desk/roads?order=newest")
        rows = officer.locator(".row")
        second = await rows.nth(1).get_attribute("data-number")
        assert second is not None
        for key in ("j", "j", "j", "k", "o"):
            await officer.keyboard.press(key)
        await expect(officer.locator(".case-number")).to_contain_text(second)
        assert (await officer.evaluate(FOCUS))[:2] == ["solid", "3px"]
        await officer.keyboard.press("a")
        await expect(officer.locator(".case-number")).to_contain_text("В работе")
        await officer.keyboard.press("r")
        await officer.keyboard.type("Починим до пятницы.")
        await officer.keyboard.press("Tab")
        await officer.keyboard.press("Enter")
        await expect(officer.locator(".case-number")).to_contain_text("Есть ответ")


async def test_a_citizen_without_javascript_writes_and_finds_the_appeal_again(windows: Windows) -> None:
    async with windows.open("/", javascript=False) as citizen:
        await citizen.get_by_label("Ваше сообщение").fill("Яма на улице Гайдара, 5.")
        await citizen.get_by_label("Почта для ответа").fill("anna")
        await citizen.get_by_role("button", name="Отправить").click()
        await expect(citizen.get_by_text("Исправьте 2 поля")).to_be_visible()
        await citizen.get_by_label("Почта для ответа").fill("")
        await citizen.get_by_role("button", name="Отправить").click()
        number, code = await citizen.locator(".notice .facts dd").all_inner_texts()
        async with windows.open("/", javascript=False) as later:
            await later.get_by_role("link", name="Уже писали?").click()
            await later.get_by_label("Номер").fill(number)
            await later.get_by_label("Код").fill(code)
            await later.get_by_role("button", name="Открыть").click()
            await expect(later.get_by_role("heading", level=1)).to_contain_text(number)


async def test_everything_is_loaded_from_the_own_address(visits: Visits) -> None:
    """Every window of these tests fails by a foreign address; here it is seen that things were loaded at all."""
    for name in ("form", "desk"):
        async with visits.to(name) as page:
            loaded = await page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
            kinds = {address.partition("?")[0].rpartition(".")[2] for address in loaded}
            assert {"css", "js", "woff2"} <= kinds
            assert all(address.startswith(f"{visits.windows.city.gateway}/") for address in loaded)
