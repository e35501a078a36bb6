"""One replay from the first count to the last: count, send, wait, count again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx2

from veche_local.problems import MachineError
from veche_local.replay.account import Account
from veche_local.replay.counting import Stations
from veche_local.replay.history import digest_of, opened_rows
from veche_local.replay.mapping import ReplayMap, appeal_of
from veche_local.replay.sending import Row, send_all
from veche_shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a replay goes in and where it is counted: base addresses and their keys."""

    gateway: str
    routing: str
    notifications: str
    api_key: str = field(repr=False)
    internal_key: str = field(repr=False)


async def run_replay(
    file: Path,
    plan: ReplayMap,
    doors: Doors,
    *,
    clock: Clock,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
    sent: Callable[[], None] = lambda: None,
) -> Account:
    """Send ``file``, or its first ``limit`` rows, and account for every row.

    Nothing else may come in meanwhile, since what is counted is what the stations gain. ``progress`` hears how many
    rows got their answer, ``sent`` that all have. Raises MachineError where a door or a station stays shut.
    """
    async with httpx2.AsyncClient() as client:
        stations = Stations(
            client, routing=doors.routing, notifications=doors.notifications, internal_key=doors.internal_key
        )
        try:
            names = await stations.names()
            before = await stations.count_when_calm()
            with opened_rows(file, plan) as rows:
                ledger = await send_all(
                    (Row(line=line, body=appeal_of(plan, row)) for line, row in enumerate(islice(rows, limit), 1)),
                    gateway=doors.gateway,
                    api_key=doors.api_key,
                    name=digest_of(file, plan),
                    began=clock(),
                    progress=progress,
                )
            sent()
            return Account(ledger, await stations.count_when_settled(before, ledger.accepted), names)
        except httpx2.HTTPError as error:
            raise MachineError(
                f"A station cannot be counted ({type(error).__name__}).",
                "See `veche status`, then start the replay again: accepted rows are not taken twice.",
            ) from error
