"""Sends the demo scenario to the installation of ``VECHE_HOME``; ``veche up`` starts it unless ``DEMO=0``."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import UTC, datetime
from random import Random

from veche_local.demo.runner import ScenarioRunner
from veche_local.demo.scenario import load_scenario
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.parts import LOCAL_CHANNELS, channel_key
from veche_local.settings import DEMO_PASSWORD


async def _run(gateway: str, home: Home) -> None:
    keys = installation_keys(home)
    runner = ScenarioRunner(
        gateway=gateway,
        channel_keys={channel: channel_key(keys, channel) for channel in LOCAL_CHANNELS},
        password=os.environ.get(DEMO_PASSWORD) or keys.demo_password,
        scenario=load_scenario(),
        random=Random(),  # noqa: S311 - made-up people, nothing secret
        run_id=f"{datetime.now(UTC):%Y%m%d%H%M%S}",
    )
    await runner.run()
    await asyncio.Event().wait()  # the supervisor would restart a process that ends


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    home = Home.of(os.environ)
    asyncio.run(_run(os.environ["VECHE_DEMO_GATEWAY"], home))


if __name__ == "__main__":
    main()
