"""The job that closes polls whose term has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import structlog

from veche_shared.clock import Clock
from veche_shared.rejection import Rejected
from veche_shared.service.module import Job
from veche_shared.storage.failed_items import FailedItems
from veche_shared.supervision.supervisor import is_outage
from veche_surveys.polls.commands import PollCommands
from veche_surveys.polls.store import PollStore

CLOSE_POLLS: Final = "close-polls"
PASS_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class PollClosing:
    """Closes each due poll by itself, so that one that cannot be closed does not keep the others open.

    A poll that fails again and again is set aside and shown among the failed items, until an operator has it tried
    again or somebody closes it by hand.
    """

    polls: PollStore
    commands: PollCommands
    failed_items: FailedItems
    clock: Clock

    async def step(self) -> int:
        """One pass; how many polls were closed. Raises the gravest error of those that could not be closed, at the end,
        so that the supervisor counts and shows it."""
        due = await self.polls.due(self.clock())
        set_aside = await self.failed_items.set_aside(CLOSE_POLLS)
        for poll_id in sorted(set_aside.difference(due)):  # closed by hand in the meantime
            await self.failed_items.succeeded(CLOSE_POLLS, poll_id)
        closed, errors = 0, list[Exception]()
        for poll_id in due:
            if poll_id in set_aside:
                continue
            try:
                closed += not isinstance(await self.commands.close_at_end(poll_id), Rejected)
                await self.failed_items.succeeded(CLOSE_POLLS, poll_id)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other polls must be closed
                await self._report(poll_id, error)
                errors.append(error)
        if closed:
            structlog.get_logger().info("polls_closed", count=closed)
        if errors:
            raise min(errors, key=is_outage)
        return closed

    async def _report(self, poll_id: str, error: Exception) -> None:
        log = structlog.get_logger()
        if is_outage(error):  # not the poll's fault: it is tried again for as long as it takes
            log.warning("poll_not_closed", poll=poll_id, error=type(error).__name__)
            return
        set_aside = await self.failed_items.record(CLOSE_POLLS, poll_id, error)
        log.error("poll_not_closed", poll=poll_id, set_aside=set_aside, exc_info=error)


def closing_job(closing: PollClosing, interval: float) -> Job:
    """Look for polls to close every ``interval`` seconds, in one process of all."""
    return Job(name=CLOSE_POLLS, step=closing.step, interval=interval, one_replica=True, timeout=PASS_SECONDS)
