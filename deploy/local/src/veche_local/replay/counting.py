"""Asks the stations how much they hold, and waits until nothing moves any more."""

from __future__ import annotations

import asyncio

import httpx2
from pydantic import TypeAdapter

from veche_local.replay.ledger import Counts

QUIET_SECONDS = 5.0
PAUSE_SECONDS = 0.5

_COUNTS: TypeAdapter[dict[str, int]] = TypeAdapter(dict[str, int])


class Stations:
    """The services behind the door, asked at their own addresses with the internal key."""

    def __init__(self, client: httpx2.AsyncClient, *, routing: str, notifications: str, internal_key: str) -> None:
        self._client = client
        self._routing = routing
        self._notifications = notifications
        self._headers = {"Authorization": f"Bearer {internal_key}"}

    async def count(self) -> Counts:
        """What the stations hold now. Raises httpx2.HTTPError where one does not answer."""
        cases, entries = await asyncio.gather(
            self._ask(f"{self._routing}/internal/v1/counts"), self._ask(f"{self._notifications}/internal/v1/counts")
        )
        return Counts(cases, entries)

    async def count_when_settled(self, before: Counts, expected: int) -> Counts:
        """What came since ``before``, once it is as much as expected, or once nothing has moved for five seconds."""
        loop = asyncio.get_running_loop()
        last, moved_at = before.since(before), loop.time()
        while True:
            gained = (await self.count()).since(before)
            if gained.settled == (expected, expected):
                return gained
            if gained.settled != last.settled:
                last, moved_at = gained, loop.time()
            elif loop.time() - moved_at > QUIET_SECONDS:
                return gained
            await asyncio.sleep(PAUSE_SECONDS)

    async def _ask(self, address: str) -> dict[str, int]:
        response = await self._client.get(address, headers=self._headers, timeout=60.0)
        response.raise_for_status()
        return _COUNTS.validate_json(response.content)
