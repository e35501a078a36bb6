"""A city in which something has happened: long appeals, answers, polls, so that every page has something to show."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import httpx2

from tests.city.processes import City
from veche_shared.security.sessions import Role

PARAGRAPH: Final = (
    "Пишу от имени жителей трёх домов. С прошлой осени на внутриквартальном проезде вдоль нашего дома разрушается "
    "асфальт: сначала появилась трещина, потом яма, а после зимы это уже провал почти на всю ширину проезда. Скорая "
    "помощь не может подъехать к четвёртому подъезду, мусоровоз объезжает по газону, дети идут в школу по проезжей "
    "части, потому что тротуар залит водой. Мы звонили в управляющую компанию, нам ответили, что проезд не их."
)
LONG: Final = "\n\n".join([f"Проспект Чкалова, 12: яма во всю дорогу. {PARAGRAPH}", *[PARAGRAPH] * 5])
FROM_PEOPLE: Final = (
    "Третий день не горят фонари вдоль проспекта Циолковского, дети идут в школу в полной темноте.",
    "После снегопада тротуар у остановки «Площадь Дзержинского» не чистили совсем, вчера упала женщина.",
    "Светофор на перекрёстке проспекта Ленина и улицы Гайдара не работает с вечера, уже две аварии.",
    "Открытый люк на дороге возле школы № 7! Ничем не огорожен, кто-нибудь провалится.",
    "На улице Пирогова знак «Пешеходный переход» закрыт ветками, водители его не видят.",
    "Яма на улице Терешковой: машины объезжают её по встречной полосе.",
    "Спасибо дорожной службе: на бульваре Мира быстро убрали упавшее дерево с дороги.",
)
UNCLEAR: Final = "Всё не так. Разберитесь уже наконец!"
ADDRESS: Final = "проспект Чкалова, 12, вдоль дома, от второго подъезда до поворота к школе"
ANSWER: Final = (
    "Здравствуйте!\n\nМы осмотрели проезд у дома 12 по проспекту Чкалова. Вы правы: покрытие разрушено на участке 14 "
    "метров, причина в протечке ливневой канализации.\n\nВ ближайшую неделю восстановим колодец и засыплем провал "
    "щебнем, чтобы могла проехать скорая помощь. Асфальт положим до 1 июня: раньше не позволяет погода."
)
QUESTIONS: Final = ("Что сделать первым на набережной у затона?", "Где поставить новую остановку?", "Черновик вопроса")
OPTIONS: Final = (
    ("Дорожка для бега и велосипедов вдоль всей набережной, от лодочной станции до моста", "A path along the water"),
    ("Спуск к воде для людей на колясках", "A way down to the water for wheelchairs"),
    ("Больше скамеек и деревьев", "More benches and trees"),
)
WRITTEN: Final = (LONG, *FROM_PEOPLE, UNCLEAR, ADDRESS, ANSWER)
"""Everything that people wrote: it is shown as they wrote it in every language."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """Where the interesting things are."""

    assigned: str
    answered: str
    unclear: str
    code_of_answered: str
    open_poll: str
    closed_poll: str


async def seed(city: City) -> Seeded:
    """Let things happen, by the requests that channels and staff send; returns when all of it can be seen."""
    async with httpx2.AsyncClient(base_url=city.gateway, timeout=30) as client:
        seeder = _Seeder(client, city)
        texts = (LONG, *FROM_PEOPLE, UNCLEAR, LONG)
        sent = [await seeder.appeal(text) for text in texts]
        numbers = [receipt["number"] for receipt in sent]
        for number in numbers:
            await seeder.case(number)
        await seeder.command(numbers[-1], command="accept")
        await seeder.command(numbers[-1], command="answer", text=ANSWER)
        opened, closed = [await seeder.poll(question) for question in QUESTIONS[:2]]
        await seeder.poll(QUESTIONS[2], opened=False)
        await seeder.votes(opened, [9, 4, 2])
        await seeder.votes(closed, [120, 1204, 77])
        await seeder.staff("poll_admin", "POST", f"/api/v1/polls/{closed}/close")
        return Seeded(numbers[0], numbers[-1], numbers[-2], sent[-1]["code"], opened, closed)


async def _until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Ask ten times a second, for a minute at most: what happens in one service is seen in another a little later."""
    async with asyncio.timeout(60):
        while not await happened():  # noqa: ASYNC110 - another process cannot set an event of ours
            await asyncio.sleep(0.1)


@dataclass(frozen=True, slots=True)
class _Seeder:
    client: httpx2.AsyncClient
    city: City

    async def appeal(self, text: str) -> dict[str, str]:
        body = {"text": text, "place": {"address": ADDRESS} if text == LONG else None}
        answer = await self.client.post("/api/v1/appeals", json=body, headers=self._key())
        answer.raise_for_status()
        receipt: dict[str, str] = answer.json()
        return {"number": receipt["number"], "code": receipt["tracking_code"]}

    async def case(self, number: str) -> None:
        """Wait until routing has decided about the appeal."""
        headers = self.city.session("coordinator")

        async def known() -> bool:
            return (await self.client.get(f"/api/v1/cases/{number}", headers=headers)).status_code == 200

        await _until(known)

    async def command(self, number: str, **command: str) -> None:
        body = {**command, "command_id": uuid.uuid4().hex}
        await self.staff("coordinator", "POST", f"/api/v1/cases/{number}/commands", body)

    async def poll(self, question: str, *, opened: bool = True) -> str:
        options = [{"text": russian, "text_en": english} for russian, english in OPTIONS]
        body = {"question": question, "question_en": "What should be done first?", "options": options}
        poll = str((await self.staff("poll_admin", "POST", "/api/v1/polls", body))["id"])
        if opened:
            await self.staff("poll_admin", "POST", f"/api/v1/polls/{poll}/open")
        return poll

    async def votes(self, poll: str, split: Sequence[int]) -> None:
        """Votes for the options in this proportion; returns when all of them count."""
        chosen = [str(option) for option, number in enumerate(split, 1) for _ in range(number)]
        pending = [{"poll_id": poll, "options": [option], "voter": f"voter {i}"} for i, option in enumerate(chosen)]

        async def counted() -> bool:
            results = await self.staff("poll_admin", "GET", f"/api/v1/polls/{poll}/results")
            return results["ballots"] == len(chosen)

        await _until(lambda: self._stored(pending))
        await _until(counted)

    async def _stored(self, votes: Sequence[Mapping[str, object]]) -> bool:
        """Whether the ballot box knew the poll already; what is sent to it again counts once."""
        for first in range(0, len(votes), 1000):
            batch = {"votes": votes[first : first + 1000]}
            answer = await self.client.post("/api/v1/votes/batch", json=batch, headers=self._key())
            answer.raise_for_status()
            if answer.json()["refused"]:
                return False
        return True

    async def staff(self, role: Role, method: str, path: str, body: object = None) -> dict[str, object]:
        answer = await self.client.request(method, path, json=body, headers=self.city.session(role))
        answer.raise_for_status()
        return cast("dict[str, object]", answer.json())

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.city.key('web')}"}
