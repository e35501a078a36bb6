"""`python -m veche_local.mail PORT FOLDER`: serves SMTP on the loopback interface until SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from veche_local.mail.catcher import serve


async def _main(port: int, folder: Path) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serve(port, folder):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2])))
