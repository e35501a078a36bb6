"""Sends the demo scenario through the public API: appeals and votes of channels, polls and answers of staff."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

import httpx2
from pydantic import BaseModel

from veche_local.demo.scenario import PlannedAppeal, Scenario, choose_option, planned_appeals

INITIAL_APPEALS = 24
"""Sent without pauses, so that the pages are not empty."""

TOTAL_APPEALS = 400
MEAN_PAUSE_SECONDS = 12.0
INITIAL_VOTES = 60
RETRY_SECONDS = 3.0
READ_SECONDS = 20.0

NOT_OPEN = {404, 409}
"""Intake's answers to a vote before it has read that the poll is open, and after somebody has closed it."""

FIRST_VOTE_TRIES = 20
"""How often the first vote is tried before the run continues without votes."""

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
class ScenarioRunner:
    """One run of the scenario. ``run`` is different in each; ``channel_keys`` are the API keys by channel.

    A request that gets no answer is repeated until the service is back; ``mean_pause`` and ``retry`` are in seconds.
    """

    gateway: str
    channel_keys: Mapping[str, str]
    password: str
    scenario: Scenario
    random: Random
    run_id: str
    initial: int = INITIAL_APPEALS
    appeals: int = TOTAL_APPEALS
    mean_pause: float = MEAN_PAUSE_SECONDS
    retry: float = RETRY_SECONDS
    _staff: dict[str, httpx2.AsyncClient] = field(init=False, default_factory=dict)
    _votes: int = field(init=False, default=0)

    async def run(self) -> None:
        """Send everything; returns after the last appeal."""
        async with httpx2.AsyncClient(base_url=self.gateway, timeout=READ_SECONDS) as channels:
            poll_id = await self._open_poll()
            if poll_id is not None and await self._first_vote_counts(channels, poll_id):
                for _ in range(INITIAL_VOTES):
                    await self._vote(channels, poll_id)
            else:
                poll_id = None
            plan = planned_appeals(
                self.scenario, self.random, run=self.run_id, count=self.appeals, mean_pause=self.mean_pause
            )
            for number, planned in enumerate(plan, 1):
                await self._send_appeal(channels, planned)
                if number > self.initial:
                    if poll_id is not None:
                        await self._vote(channels, poll_id)
                    await asyncio.sleep(planned.pause)
                if number >= self.initial and number % 3 == 0:
                    try:
                        await self._advance_a_case()
                    except httpx2.TransportError as error:  # the next case may find the service back
                        log.info("no_answer error=%s", type(error).__name__)
        for client in self._staff.values():
            await client.aclose()

    async def _send_appeal(self, client: httpx2.AsyncClient, planned: PlannedAppeal) -> None:
        channel = planned.channel if planned.channel in self.channel_keys else "import"
        headers = {"Authorization": f"Bearer {self.channel_keys[channel]}"}
        await self._post(client, "/api/v1/appeals", planned.body, headers)

    async def _vote(self, client: httpx2.AsyncClient, poll_id: str) -> int:
        self._votes += 1
        person = f"demo-{self.run_id}-{self._votes}"
        body = {
            "poll_id": poll_id,
            "options": [choose_option(self.scenario.poll, self.random)],
            "voter": person,
            "external_id": person,
        }
        headers = {"Authorization": f"Bearer {self.channel_keys['vk']}"}
        return (await self._post(client, "/api/v1/votes", body, headers)).status_code

    async def _first_vote_counts(self, client: httpx2.AsyncClient, poll_id: str) -> bool:
        """Vote until intake has read that the poll is open; False where it takes no votes."""
        for _ in range(FIRST_VOTE_TRIES):
            if await self._vote(client, poll_id) not in NOT_OPEN:
                return True
            await asyncio.sleep(self.retry)
        return False

    async def _open_poll(self) -> str | None:
        """The id of the scenario's poll, opened, also by an earlier run; None where the accounts may not create one."""
        organiser = await self._signed_in("polls")
        poll = self.scenario.poll
        body = {
            "question": poll.question,
            "question_en": poll.question_en,
            "options": [option.model_dump() for option in poll.options],
        }
        created = await self._post(organiser, "/api/v1/polls", body, {"Idempotency-Key": "demo-poll"})
        if created.status_code >= 400:
            return None
        poll_id = str(created.json()["id"])
        await self._post(organiser, f"/api/v1/polls/{poll_id}/open", {}, {"Idempotency-Key": "demo-poll-open"})
        return poll_id

    async def _advance_a_case(self) -> None:
        """Have an officer accept or answer a case."""
        coordinator = await self._signed_in("coordinator")
        for status in self.random.sample(["assigned", "in_progress"], 2):
            cases = await self._cases(coordinator, status)
            if cases:
                await self._act_on(self.random.choice(cases))
                return

    async def _cases(self, coordinator: httpx2.AsyncClient, status: str) -> list[_Case]:
        listed = await coordinator.get("/api/v1/cases", params={"status": status, "limit": 20})
        if listed.status_code != 200:
            return []
        return [case for case in _Cases.model_validate_json(listed.content).items if case.department is not None]

    async def _act_on(self, case: _Case) -> None:
        if case.department is None:
            return
        officer = await self._signed_in(case.department.code)
        command: dict[str, object] = {
            "command_id": f"demo-{self.run_id}-{case.number}-{case.version}",
            "expected_version": case.version,
        }
        if case.status == "assigned":
            command["command"] = "accept"
        else:
            command |= {"command": "answer", "text": self.random.choice(self.scenario.answers)}
        answered = await officer.post(f"/api/v1/cases/{case.number}/commands", json=command)
        if answered.status_code >= 400:  # somebody at the pages was quicker, as a demo must allow
            log.info("case_skipped status=%s", answered.status_code)

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
        """Post until there is a final answer; one of status 4xx is logged and returned."""
        while True:
            try:
                response = await client.post(path, json=body, headers=dict(headers))
            except httpx2.TransportError as error:
                log.info("no_answer path=%s error=%s", path, type(error).__name__)
            else:
                if response.status_code < 500 and response.status_code != 429:
                    if response.status_code >= 400:
                        log.warning("rejected path=%s status=%s", path, response.status_code)
                    return response
            await asyncio.sleep(self.retry)
