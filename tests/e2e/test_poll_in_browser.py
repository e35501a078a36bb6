"""One poll from its draft to its final results, through the pages that people see; citizens have no JavaScript."""

from __future__ import annotations

import re
from typing import Final

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.city.processes import City
from tests.e2e.browser import Windows

pytestmark = pytest.mark.browser

QUESTION: Final = "Что сделать первым в детском парке «Радуга»?"
LATE_QUESTION: Final = "Где поставить скамейки в парке «Радуга»?"
PLAYGROUND, LIGHT, TREES = "Новая площадка для малышей", "Освещение дорожек", "Больше деревьев и скамеек"


async def create_and_open(admin: Page, question: str) -> str:
    """A poll of three options, made by the forms; the path of its page."""
    await admin.get_by_role("link", name="Новый опрос").click()
    await admin.get_by_label("Вопрос", exact=True).fill(question)
    await admin.get_by_label("Варианты ответа").fill(f"{PLAYGROUND}\n{LIGHT} | Lights along the paths\n{TREES}")
    await admin.get_by_role("button", name="Создать черновик").click()
    await expect(admin.get_by_text("Черновик создан.")).to_be_visible()
    # the newest poll stands first
    await admin.get_by_role("button", name="Открыть", exact=True).first.click()
    await expect(admin.get_by_text("Опрос открыт.")).to_be_visible()
    path = await admin.get_by_role("link", name=question).get_attribute("href")
    assert path is not None
    return path


async def vote(citizen: Page, path: str, option: str) -> None:
    """Vote; a poll that was opened a moment ago may not be known to intake yet."""
    await citizen.goto(path)
    await citizen.get_by_label(option).check()
    await citizen.get_by_role("button", name="Проголосовать").click()
    if await citizen.get_by_text("Такого опроса нет").is_visible():
        await citizen.wait_for_timeout(300)
        await vote(citizen, path, option)


async def counted(citizen: Page) -> None:
    """Ask again, as the page advises, until the vote is counted."""
    again = citizen.get_by_role("link", name="Проверить ещё раз")
    while await again.is_visible():
        await again.click()
    await expect(citizen.get_by_text("Ваш голос учтён")).to_be_visible()


async def results(city: City, path: str) -> dict[str, object]:
    async with httpx2.AsyncClient(base_url=city.gateway) as client:
        answer = await client.get(f"/api/v1{path}/results")
        assert answer.status_code == 200
        found: dict[str, object] = answer.json()
        return found


async def test_a_vote_without_javascript_is_counted_once_and_pages_and_api_agree_on_the_result(
    windows: Windows, city: City
) -> None:
    async with windows.open("/polls/manage", roles=["poll_admin"]) as admin:
        path = await create_and_open(admin, QUESTION)
        for option in (LIGHT, LIGHT, PLAYGROUND):
            async with windows.open(path, javascript=False) as citizen:
                await vote(citizen, path, option)
                await counted(citizen)
                receipt = await citizen.locator("code").inner_text()
                assert receipt in citizen.url

        async with windows.open(path, javascript=False) as citizen:
            await vote(citizen, path, TREES)
            await counted(citizen)
            await vote(citizen, path, LIGHT)
            await expect(citizen.get_by_text("С этого устройства уже голосовали.")).to_be_visible()
            await citizen.get_by_role("link", name="К опросу и его результатам").click()

            bars = citizen.locator(".bar")
            await expect(bars.filter(has_text=LIGHT)).to_contain_text(re.compile(r"50\s%\s*·\s*2"))
            await expect(citizen.locator(".bar.leading")).to_have_count(1)
            await citizen.get_by_text("То же таблицей").click()
            row = citizen.get_by_role("row", name=LIGHT)
            cells = await row.get_by_role("cell").all_inner_texts()
            assert cells == ["2", "50\N{NO-BREAK SPACE}%"]

        await admin.reload()
        await admin.get_by_text("Закрыть…").first.click()
        await admin.get_by_role("button", name="Закрыть навсегда").click()
        await expect(admin.get_by_text("Опрос закрыт, результат показан всем.")).to_be_visible()

    async with windows.open(path, javascript=False) as citizen:
        await expect(citizen.get_by_role("heading", name="Результат")).to_be_visible()
        await expect(citizen.get_by_role("button", name="Проголосовать")).to_have_count(0)
        shown = {
            await row.get_by_role("rowheader").inner_text(): int(await row.get_by_role("cell").first.inner_text())
            for row in await citizen.locator("tbody tr").all()
        }
    found = await results(city, path)
    assert found["final"] is True
    assert found["ballots"] == 4
    assert shown == {PLAYGROUND: 1, LIGHT: 2, TREES: 1}
    assert isinstance(found["options"], list)
    assert [option["votes"] for option in found["options"]] == list(shown.values())


async def test_an_organiser_who_was_too_late_reads_why_on_the_same_page(windows: Windows) -> None:
    async with windows.open("/polls/manage", roles=["poll_admin"]) as admin:
        path = await create_and_open(admin, LATE_QUESTION)
        async with windows.open("/polls/manage", roles=["poll_admin"]) as late:
            await admin.get_by_text("Закрыть…").first.click()
            await admin.get_by_role("button", name="Закрыть навсегда").click()
            await expect(admin.get_by_text("Опрос закрыт, результат показан всем.")).to_be_visible()

            await late.get_by_text("Закрыть…").first.click()
            await late.get_by_role("button", name="Закрыть навсегда").click()
            alert = late.get_by_role("alert")
            await expect(alert).to_contain_text("Закрыть можно только открытый опрос.")
            await expect(alert).to_contain_text(LATE_QUESTION)
            await expect(late.get_by_role("link", name=LATE_QUESTION)).to_have_attribute("href", path)
            await late.locator(".switch a[hreflang=en]").click()
            await expect(late.get_by_role("heading", name="Manage polls")).to_be_visible()
