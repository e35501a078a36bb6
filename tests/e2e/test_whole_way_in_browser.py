"""One appeal travels the whole way, through the pages that people see: form, feed, answer, status, letter."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.city.processes import STAFF_PASSWORD
from tests.e2e.browser import Windows
from tests.integration.notifications.mail import MailServer

pytestmark = pytest.mark.browser

POTHOLE = "На проспекте Чкалова, 12 яма во всю дорогу. Вчера сосед повредил колесо, просим отремонтировать."
ANSWER = "Здравствуйте! Бригада выехала на место сегодня.\n\nЯму заделаем до конца недели."


async def send_appeal(citizen: Page, text: str, email: str = "") -> tuple[str, str]:
    """Fill in the form as a citizen does; the number and the code that the next page shows."""
    await citizen.get_by_label("Ваше сообщение").fill(text)
    if email:
        await citizen.get_by_label("Почта для ответа").fill(email)
        await citizen.get_by_label("Согласен на обработку").check()
    await citizen.get_by_role("button", name="Отправить").click()
    await expect(citizen.get_by_text("Мы получили ваше обращение")).to_be_visible()
    number, code = await citizen.locator(".notice .facts dd").all_inner_texts()
    return number, code


async def sign_in(staff: Page, login: str) -> None:
    await staff.get_by_label("Логин").fill(login)
    await staff.get_by_label("Пароль").fill(STAFF_PASSWORD)
    await staff.get_by_role("button", name="Войти").click()


async def letter_about(mailbox: MailServer, recipient: str, subject: str) -> str:
    """The words of the letter with this subject, as soon as it arrives."""
    async with asyncio.timeout(30):
        while True:
            for letter, address in zip(mailbox.taken, mailbox.recipients, strict=True):
                words = letter.get_body(("plain",))
                if address == recipient and subject in letter["Subject"] and words is not None:
                    return str(words.get_content())
            await asyncio.sleep(0.1)


async def test_an_appeal_comes_to_the_desk_by_itself_and_its_answer_to_the_citizen(
    windows: Windows, mailbox: MailServer
) -> None:
    async with windows.open("/sign-in") as officer, windows.open("/") as citizen:
        await sign_in(officer, "roads")
        await expect(officer.get_by_role("region", name="Лента обращений")).to_be_visible()

        number, code = await send_appeal(citizen, POTHOLE, "anna@example.org")
        assert re.fullmatch(r"Д-\d{4}-\d{6}", number)
        assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", code)
        await expect(citizen.get_by_text("по ним вы найдёте ответ")).to_be_visible()

        announced = officer.get_by_role("button", name="1 новое. Показать")
        await expect(announced).to_be_visible()
        await announced.click()
        await officer.locator(f".row[data-number='{number}'] a").click()
        case = officer.get_by_role("region", name="Обращение", exact=True)
        await expect(case.get_by_text(POTHOLE)).to_be_visible()

        # the citizen's page follows without being loaded again
        status = citizen.locator("#appeal-state").get_by_role("status")
        await expect(status).to_contain_text("управление дорожного хозяйства")

        await case.get_by_role("button", name="Принять в работу").click()
        await expect(case.locator(".case-number")).to_contain_text("В работе")
        await case.get_by_label("Ответ жителю").fill(ANSWER)
        await case.get_by_role("button", name="Отправить ответ").click()
        await expect(case.locator(".case-number")).to_contain_text("Есть ответ")

        async with windows.open("/a") as elsewhere:
            await elsewhere.get_by_label("Номер").fill(number)
            await elsewhere.get_by_label("Код").fill(code.lower().replace("-", ""))
            await elsewhere.get_by_role("button", name="Открыть").click()
            letter = elsewhere.get_by_role("article", name="Ответ")
            await expect(letter).to_contain_text("Яму заделаем до конца недели.")
            await expect(letter).to_contain_text("Управление дорожного хозяйства")
            await expect(elsewhere.get_by_text(code)).to_have_count(0)

        assert "Яму заделаем" in await letter_about(mailbox, "anna@example.org", f"Есть ответ на обращение {number}")


async def test_a_coordinator_gives_an_unclear_appeal_to_a_department_whose_feed_shows_it(windows: Windows) -> None:
    async with windows.open("/sign-in") as coordinator, windows.open("/") as citizen:
        number, _ = await send_appeal(citizen, "Что вообще происходит?")
        status = citizen.locator("#appeal-state").get_by_role("status")
        await expect(status).to_contain_text("Сотрудник администрации выбирает")
        await sign_in(coordinator, "coordinator")
        await expect(coordinator.get_by_role("heading", name="Разбор", level=1)).to_be_visible()
        await coordinator.locator(f".row[data-number='{number}'] a").click()
        case = coordinator.get_by_role("region", name="Обращение", exact=True)
        async with windows.open("/desk", roles=["officer"], departments=["social"]) as officer:
            await case.get_by_label("Департамент", exact=True).select_option("social")
            await case.get_by_role("button", name="Передать", exact=True).click()
            await expect(case.locator(".case-number")).to_contain_text("Передано")
            await officer.get_by_role("button", name="1 новое. Показать").click()
            await expect(officer.locator(f".row[data-number='{number}']")).to_contain_text("Что вообще происходит?")
