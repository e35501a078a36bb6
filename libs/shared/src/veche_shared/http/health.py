"""Whether a process lives and whether it can do its work, as Kubernetes and ``veche status`` ask."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from veche_shared.observability.masking import mask_text

Check = Callable[[], Awaitable[object]]
"""Returns where the dependency works; raises where not. A RuntimeError's sentence is shown, of others the kind."""

TIME_LIMIT: Final = 2.0
"""Seconds that one check may take; the checks run side by side."""

_MAX_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Health:
    """What a service depends on.

    Without one of ``required`` it cannot serve and says 503. ``advisory`` ones are only told: without them it still
    serves (intake takes appeals while Kafka is away).
    """

    required: Mapping[str, Check] = field(default_factory=dict)
    advisory: Mapping[str, Check] = field(default_factory=dict)
    time_limit: float = TIME_LIMIT

    async def live(self, request: Request) -> Response:
        """The event loop turns; nothing else is looked at, or a broken database would have every process killed."""
        del request
        return _json(200, {"status": "live"})

    async def ready(self, request: Request) -> Response:
        """200 where all that is required works, else 503; each dependency with ``ok`` or the reason."""
        del request
        names = [*self.required, *self.advisory]
        found = await asyncio.gather(
            *(self._ask(check) for check in (*self.required.values(), *self.advisory.values()))
        )
        reasons = dict(zip(names, found, strict=True))
        ready = all(reasons[name] == "ok" for name in self.required)
        return _json(200 if ready else 503, {"status": "ready" if ready else "not_ready", "checks": reasons})

    async def _ask(self, check: Check) -> str:
        try:
            async with asyncio.timeout(self.time_limit):
                await check()
        except TimeoutError:
            return f"no answer within {self.time_limit:g} s"
        except RuntimeError as error:
            return mask_text(str(error))[:_MAX_REASON] or "RuntimeError"
        except Exception as error:  # noqa: BLE001 - whatever a dependency raises is the answer to the question
            return type(error).__name__
        return "ok"

    def routes(self) -> list[Route]:
        """The routes for operators; the gateway does not let them out."""
        return [
            Route("/health/live", self.live, methods=["GET"]),
            Route("/health/ready", self.ready, methods=["GET"]),
            Route("/metrics", _metrics, methods=["GET"]),
        ]


async def _metrics(request: Request) -> Response:
    del request
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _json(status: int, content: Mapping[str, object]) -> Response:
    return Response(json.dumps(content, ensure_ascii=False).encode(), status, media_type="application/json")


__all__ = ["TIME_LIMIT", "Check", "Health"]
