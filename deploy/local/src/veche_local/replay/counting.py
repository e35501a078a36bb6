"""Asks routing and notifications how many cases and feed entries they hold, and waits until the numbers are stable."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx2
from pydantic import BaseModel, ConfigDict, TypeAdapter

from veche_local.replay.ledger import Counts

STABLE_SECONDS = 5.0
"""Before a replay: without a change for so long, nothing is being processed."""

STALLED_SECONDS = 30.0
"""After it: without a change for so long, what is missing is lost. The restart of a service takes less."""

POLL_SECONDS = 0.5

_COUNTS: TypeAdapter[dict[str, int]] = TypeAdapter(dict[str, int])


class _Department(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str
    name: str


class _Directory(BaseModel):
    model_config = ConfigDict(extra="ignore")

    departments: list[_Department]


class ServiceCounts:
    """Asks the services at their own addresses with the tools' key; times are in seconds."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        routing: str,
        notifications: str,
        tools_key: str,
        stable: float = STABLE_SECONDS,
        stalled: float = STALLED_SECONDS,
    ) -> None:
        self._client = client
        self._directory = f"{routing}/api/v1/directory"
        self._addresses = (f"{routing}/internal/v1/counts", f"{notifications}/internal/v1/counts")
        self._headers = {"Authorization": f"Bearer {tools_key}"}
        self._stable, self._stalled = stable, stalled

    async def names(self) -> dict[str, str]:
        """The names of the departments, by code. Raises httpx2.HTTPError where routing does not answer."""
        directory = _Directory.model_validate_json(await self._get(self._directory))
        return {department.code: department.name for department in directory.departments}

    async def count(self) -> Counts:
        """The counts now. Raises httpx2.HTTPError where a service does not answer."""
        cases, entries = await asyncio.gather(*map(self._get, self._addresses))
        return Counts(_COUNTS.validate_json(cases), _COUNTS.validate_json(entries))

    async def count_when_stable(self) -> Counts:
        """The counts once every case has its feed entry or nothing changes: an earlier replay may be in progress."""
        return await self._poll(lambda counts: counts.cases == counts.entries, self._stable)

    async def count_new(self, before: Counts, expected: int) -> Counts:
        """What was added since ``before``, once that is as much as ``expected`` or nothing changes any more."""

        def is_complete(counts: Counts) -> bool:
            return min(counts.since(before).totals) >= expected

        return (await self._poll(is_complete, self._stalled)).since(before)

    async def _poll(self, is_enough: Callable[[Counts], bool], unchanged: float) -> Counts:
        loop = asyncio.get_running_loop()
        last, changed_at = await self.count(), loop.time()
        while not is_enough(last) and loop.time() - changed_at <= unchanged:
            await asyncio.sleep(POLL_SECONDS)
            counts = await self.count()
            if counts != last:
                last, changed_at = counts, loop.time()
        return last

    async def _get(self, address: str) -> bytes:
        response = await self._client.get(address, headers=self._headers, timeout=60.0)
        response.raise_for_status()
        return response.content
