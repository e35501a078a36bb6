"""Plays the made-up day through the same doors that everybody uses: the channels' API, staff sign-in, polls."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

import httpx2
from pydantic import BaseModel

from veche_local.demo.script import Day, Scene, choice_of, scenes

OPENING_APPEALS = 24
"""Sent at once, so that the first look finds a city at work."""

DAY_APPEALS = 400
MEAN_PAUSE_SECONDS = 12.0
OPENING_VOTES = 60
RETRY_SECONDS = 3.0
READ_SECONDS = 20.0

NOT_YET = {404, 409}
"""What intake says of a poll until it has heard that it is open; and for good once somebody has closed it."""

NEWS_TRIES = 20
"""How often the first vote is tried before the day goes on without voting."""

log = logging.getLogger("veche.demo")


class _Department(BaseModel):
    code: str


class _Case(BaseModel):
    number: str
    version: int
    status: str
    department: _Department | None


class _Cases(BaseModel):
    items: list[_Case]


@dataclass(slots=True)
class Player:
    """One run of the day. ``run`` tells it from others; ``channel_keys`` are the API keys by channel.

    A door that is shut is tried again: the demonstration goes on when the service is back.
    """

    gateway: str
    channel_keys: Mapping[str, str]
    password: str
    day: Day
    random: Random
    run: str
    opening: int = OPENING_APPEALS
    appeals: int = DAY_APPEALS
    mean_pause: float = MEAN_PAUSE_SECONDS
    retry: float = RETRY_SECONDS
    _staff: dict[str, httpx2.AsyncClient] = field(init=False, default_factory=dict)
    _votes: int = field(init=False, default=0)

    async def play(self) -> None:
        """Play until the day is over."""
        async with httpx2.AsyncClient(base_url=self.gateway, timeout=READ_SECONDS) as citizens:
            poll_id = await self._open_poll()
            if poll_id is not None and await self._is_known(citizens, poll_id):
                for _ in range(OPENING_VOTES):
                    await self._vote(citizens, poll_id)
            else:
                poll_id = None
            plan = scenes(self.day, self.random, run=self.run, count=self.appeals, mean_pause=self.mean_pause)
            for number, scene in enumerate(plan, 1):
                await self._appeal(citizens, scene)
                if number > self.opening:
                    if poll_id is not None:
                        await self._vote(citizens, poll_id)
                    await asyncio.sleep(scene.pause)
                if number >= self.opening and number % 3 == 0:
                    try:
                        await self._work()
                    except httpx2.TransportError as error:  # the next officer will find the door open again
                        log.info("door_shut error=%s", type(error).__name__)
        for client in self._staff.values():
            await client.aclose()

    async def _appeal(self, client: httpx2.AsyncClient, scene: Scene) -> None:
        channel = scene.channel if scene.channel in self.channel_keys else "import"
        await self._post(
            client, "/api/v1/appeals", scene.body, {"Authorization": f"Bearer {self.channel_keys[channel]}"}
        )

    async def _vote(self, client: httpx2.AsyncClient, poll_id: str) -> int:
        self._votes += 1
        person = f"demo-{self.run}-{self._votes}"
        body = {
            "poll_id": poll_id,
            "options": [choice_of(self.day.poll, self.random)],
            "voter": person,
            "external_id": person,
        }
        headers = {"Authorization": f"Bearer {self.channel_keys['vk']}"}
        return (await self._post(client, "/api/v1/votes", body, headers)).status_code

    async def _is_known(self, client: httpx2.AsyncClient, poll_id: str) -> bool:
        """Vote until intake has heard of the poll; False where it takes no votes."""
        for _ in range(NEWS_TRIES):
            if await self._vote(client, poll_id) not in NOT_YET:
                return True
            await asyncio.sleep(self.retry)
        return False

    async def _open_poll(self) -> str | None:
        """The day's poll, opened; the same poll where an earlier run opened it. None where nobody here may draw one."""
        polls = await self._signed_in("polls")
        poll = self.day.poll
        drawn = {
            "question": poll.question,
            "question_en": poll.question_en,
            "options": [option.model_dump() for option in poll.options],
        }
        created = await self._post(polls, "/api/v1/polls", drawn, {"Idempotency-Key": "demo-poll"})
        if created.status_code >= 400:
            return None
        poll_id = str(created.json()["id"])
        await self._post(polls, f"/api/v1/polls/{poll_id}/open", {}, {"Idempotency-Key": "demo-poll-open"})
        return poll_id

    async def _work(self) -> None:
        """An officer takes a case up, or answers one."""
        coordinator = await self._signed_in("coordinator")
        for status in self.random.sample(["assigned", "in_progress"], 2):
            cases = await self._cases(coordinator, status)
            if cases:
                await self._act(self.random.choice(cases))
                return

    async def _cases(self, coordinator: httpx2.AsyncClient, status: str) -> list[_Case]:
        listed = await coordinator.get("/api/v1/cases", params={"status": status, "limit": 20})
        if listed.status_code != 200:
            return []
        return [case for case in _Cases.model_validate_json(listed.content).items if case.department is not None]

    async def _act(self, case: _Case) -> None:
        if case.department is None:
            return
        officer = await self._signed_in(case.department.code)
        command: dict[str, object] = {
            "command_id": f"demo-{self.run}-{case.number}-{case.version}",
            "expected_version": case.version,
        }
        if case.status == "assigned":
            command["command"] = "accept"
        else:
            command |= {"command": "answer", "text": self.random.choice(self.day.answers)}
        answered = await officer.post(f"/api/v1/cases/{case.number}/commands", json=command)
        if answered.status_code >= 400:  # a person was quicker: that is what the demonstration is for
            log.info("case_left_alone status=%s", answered.status_code)

    async def _signed_in(self, login: str) -> httpx2.AsyncClient:
        known = self._staff.get(login)
        if known is not None:
            return known
        client = httpx2.AsyncClient(base_url=self.gateway, timeout=READ_SECONDS)
        await self._post(client, "/api/v1/sessions", {"login": login, "password": self.password}, {})
        self._staff[login] = client
        return client

    async def _post(
        self, client: httpx2.AsyncClient, path: str, body: object, headers: Mapping[str, str]
    ) -> httpx2.Response:
        """Post until the door answers; a refusal is written down and handed back."""
        while True:
            try:
                response = await client.post(path, json=body, headers=dict(headers))
            except httpx2.TransportError as error:
                log.info("door_shut path=%s error=%s", path, type(error).__name__)
            else:
                if response.status_code < 500 and response.status_code != 429:
                    if response.status_code >= 400:
                        log.warning("refused path=%s status=%s", path, response.status_code)
                    return response
            await asyncio.sleep(self.retry)
