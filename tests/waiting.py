"""Waiting for the effects of other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], Awaitable[bool]], within: float = 30.0) -> None:
    """Wait until ``condition`` holds. Raises TimeoutError after ``within`` seconds."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in servers
            await asyncio.sleep(0.05)
