"""What the operator's tools ask of the feeds, with the internal key."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from veche_notifications.feeds.store import FeedStore
from veche_shared.security.internal import require_internal


def internal_router(store: FeedStore) -> APIRouter:
    """``/internal/v1/counts``: never exposed by the gateway."""
    router = APIRouter(prefix="/internal/v1", dependencies=[Depends(require_internal)], include_in_schema=False)

    @router.get("/counts")
    async def counts() -> dict[str, int]:
        """Entries by feed, each case once."""
        return await store.count_by_feed()

    return router
