"""What the operator's tools ask of routing, with the internal key."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from veche_routing.cases.store import Cases
from veche_shared.security.internal import require_internal


def internal_router(cases: Cases) -> APIRouter:
    """``/internal/v1/counts``: never exposed by the gateway."""
    router = APIRouter(prefix="/internal/v1", dependencies=[Depends(require_internal)], include_in_schema=False)

    @router.get("/counts")
    async def counts() -> dict[str, int]:
        """Cases by department; ``triage`` for those that nobody has yet."""
        return await cases.count_by_department()

    return router
