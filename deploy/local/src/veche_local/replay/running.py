"""One replay: counts, sends, waits, counts again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx2

from veche_local.errors import CommandError
from veche_local.replay.counting import ServiceCounts
from veche_local.replay.history import digest_of, open_rows
from veche_local.replay.mapping import ReplayMapping, appeal_of
from veche_local.replay.report import ReplayReport
from veche_local.replay.sending import Row, send_all
from veche_shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a replay sends and where it counts: base URLs and their keys."""

    gateway: str
    routing: str
    notifications: str
    api_key: str = field(repr=False)
    tools_key: str = field(repr=False)


async def run_replay(
    file: Path,
    mapping: ReplayMapping,
    endpoints: Endpoints,
    *,
    clock: Clock,
    limit: int | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
    on_sent: Callable[[], None] = lambda: None,
) -> ReplayReport:
    """Send ``file``, or its first ``limit`` rows, and account for every row.

    Nothing else may be sent meanwhile, since what the services gain is counted. ``on_progress`` is called with the
    number of rows that were answered, ``on_sent`` after the last. Raises CommandError where a service does not answer.
    """
    async with httpx2.AsyncClient() as client:
        services = ServiceCounts(
            client,
            routing=endpoints.routing,
            notifications=endpoints.notifications,
            tools_key=endpoints.tools_key,
        )
        try:
            names = await services.names()
            before = await services.count_when_stable()
            with open_rows(file, mapping) as rows:
                ledger = await send_all(
                    (Row(line=line, body=appeal_of(mapping, row)) for line, row in enumerate(islice(rows, limit), 1)),
                    gateway=endpoints.gateway,
                    api_key=endpoints.api_key,
                    name=digest_of(file, mapping),
                    started_at=clock(),
                    on_progress=on_progress,
                )
            on_sent()
            return ReplayReport(ledger, await services.count_new(before, ledger.accepted), names)
        except httpx2.HTTPError as error:
            raise CommandError(
                f"The counts of a service cannot be read ({type(error).__name__}).",
                "See `veche status`, then start the replay again: accepted rows are not stored twice.",
            ) from error
