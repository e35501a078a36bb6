"""The supervisor as a process: `python -m veche_local.supervision`. `veche up` starts it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from datetime import UTC, datetime

from veche_local.errors import CommandError
from veche_local.home import AlreadyRunningError, Home
from veche_local.parts import assemble
from veche_local.settings import LocalSettings
from veche_local.supervision.model import Snapshot
from veche_local.supervision.orphans import end_orphans
from veche_local.supervision.other_process import call_when_process_ends
from veche_local.supervision.state_file import read_snapshot, write_snapshot
from veche_local.supervision.supervisor import Supervisor

EXIT_FAILED = 1
EXIT_RUNNING = 3


async def _supervise(home: Home) -> CommandError | None:
    installation = assemble(home, os.environ)
    home.write_environments(installation.environments)
    supervisor = Supervisor(home, installation.parts, installation.address, lambda: datetime.now(UTC))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    settings = LocalSettings.of(os.environ)
    if settings.stop_with is not None:
        call_when_process_ends(settings.stop_with, supervisor.stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal of `veche up` may be closed
    return await supervisor.run()


def main() -> int:
    """Runs until SIGTERM; 0 after an orderly stop, 1 where the start failed, 3 where another supervisor runs."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    home = Home.of(os.environ)
    try:
        home.create_folders()
        with home.locked():
            end_orphans(read_snapshot(home))
            try:
                error = asyncio.run(_supervise(home))
            except CommandError as failure:
                now = datetime.now(UTC).isoformat()
                write_snapshot(home, Snapshot(os.getpid(), "failed", "", now, (), failure.message, failure.advice))
                error = failure
    except AlreadyRunningError:
        return EXIT_RUNNING
    if error is not None:
        logging.getLogger("veche").error("%s", error)
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
