"""Asks the stations how much they hold, and waits until nothing moves any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx2
from pydantic import BaseModel, ConfigDict, TypeAdapter

from veche_local.replay.ledger import Counts

CALM_SECONDS = 5.0
"""Before a replay: nothing has moved for so long, so nothing is under way."""

PATIENCE_SECONDS = 30.0
"""After it: nothing has moved for so long, so what is missing is lost. A service that restarts takes less."""

PAUSE_SECONDS = 0.5

_COUNTS: TypeAdapter[dict[str, int]] = TypeAdapter(dict[str, int])


class _Department(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str
    name: str


class _Directory(BaseModel):
    model_config = ConfigDict(extra="ignore")

    departments: list[_Department]


class Stations:
    """The services behind the door, asked at their own addresses with the internal key; times are in seconds."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        routing: str,
        notifications: str,
        internal_key: str,
        calm: float = CALM_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._client = client
        self._directory = f"{routing}/api/v1/directory"
        self._addresses = (f"{routing}/internal/v1/counts", f"{notifications}/internal/v1/counts")
        self._headers = {"Authorization": f"Bearer {internal_key}"}
        self._calm, self._patience = calm, patience

    async def names(self) -> dict[str, str]:
        """What the departments are called. Raises httpx2.HTTPError where routing does not answer."""
        directory = _Directory.model_validate_json(await self._ask(self._directory))
        return {department.code: department.name for department in directory.departments}

    async def count(self) -> Counts:
        """What the stations hold now. Raises httpx2.HTTPError where one does not answer."""
        cases, entries = await asyncio.gather(*map(self._ask, self._addresses))
        return Counts(_COUNTS.validate_json(cases), _COUNTS.validate_json(entries))

    async def count_when_calm(self) -> Counts:
        """What they hold once every case stands in a feed or nothing moves: an earlier replay may be on its way."""
        return await self._watch(lambda counts: counts.cases == counts.entries, self._calm)

    async def count_when_settled(self, before: Counts, expected: int) -> Counts:
        """What came since ``before``, once it is as much as expected, or once nothing has moved for long."""

        def all_came(counts: Counts) -> bool:
            return min(counts.since(before).settled) >= expected

        return (await self._watch(all_came, self._patience)).since(before)

    async def _watch(self, is_enough: Callable[[Counts], bool], quiet: float) -> Counts:
        loop = asyncio.get_running_loop()
        last, moved_at = await self.count(), loop.time()
        while not is_enough(last) and loop.time() - moved_at <= quiet:
            await asyncio.sleep(PAUSE_SECONDS)
            held = await self.count()
            if held != last:
                last, moved_at = held, loop.time()
        return last

    async def _ask(self, address: str) -> bytes:
        response = await self._client.get(address, headers=self._headers, timeout=60.0)
        response.raise_for_status()
        return response.content
