"""Plays the made-up day on the installation of ``VECHE_HOME``; ``veche up`` starts it unless ``DEMO=0``."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import UTC, datetime
from random import Random

from veche_local.demo.player import Player
from veche_local.demo.script import load_day
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.parts import LOCAL_CHANNELS, channel_key
from veche_local.settings import DEMO_PASSWORD


async def _day_after_day(gateway: str, home: Home) -> None:
    keys = installation_keys(home)
    player = Player(
        gateway=gateway,
        channel_keys={channel: channel_key(keys, channel) for channel in LOCAL_CHANNELS},
        password=os.environ.get(DEMO_PASSWORD) or keys.demo_password,
        day=load_day(),
        random=Random(),  # noqa: S311 - made-up people, nothing secret
        run=f"{datetime.now(UTC):%Y%m%d%H%M%S}",
    )
    await player.play()
    await asyncio.Event().wait()  # the day is over; the supervisor would take an end for an accident


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    home = Home.of(os.environ)
    asyncio.run(_day_after_day(os.environ["VECHE_DEMO_GATEWAY"], home))


if __name__ == "__main__":
    main()
