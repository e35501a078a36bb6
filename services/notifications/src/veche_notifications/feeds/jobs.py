"""The job that counts the figures of feeds for which they are not kept."""

from __future__ import annotations

from typing import Final

import structlog

from veche_notifications.feeds.store import FeedStore
from veche_shared.service.module import Job

LOOK_SECONDS: Final = 30.0


def recounting_job(store: FeedStore) -> Job:
    """It finds something after an update from a release without figures, and where one has written beside this one."""

    async def step() -> None:
        for feed in await store.recount():
            structlog.get_logger().info("feed_recounted", feed=feed)

    return Job(name="recount-feeds", step=step, interval=LOOK_SECONDS, one_replica=True)
