"""Who asks: a member of staff by their session, or a tool by the internal key."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from pydantic import SecretStr
from starlette.requests import Request

from veche_notifications.feeds.http import Visit
from veche_notifications.feeds.model import Reader
from veche_shared.http.problems import Unauthorised
from veche_shared.security.bearer import CHALLENGE, bearer
from veche_shared.security.origin import require_same_origin
from veche_shared.security.sessions import StaffSession, StaffSessions

TOOL = Visit(reader=Reader(login=None))


@dataclass(frozen=True, slots=True)
class Visitors:
    """Tells who asks, for one installation's keys. Every method raises Unauthorised where nobody known does."""

    sessions: StaffSessions
    internal_key: SecretStr

    def visit(self, request: Request) -> Visit:
        """A signed-in member of staff, or a tool; raises Forbidden for a change that another site's page asked for."""
        token = bearer(request.headers.get("authorization"))
        if token is not None:
            return self._tool(token)
        session = self.sessions.of(request)
        if session is None:
            raise Unauthorised("Sign in.", code="not_signed_in")
        require_same_origin(request)
        return Visit(reader=reader_of(session), until=session.exp)

    def reader(self, request: Request) -> Reader:
        return self.visit(request).reader

    def tool(self, request: Request) -> Reader:
        """A tool, and nobody else."""
        return self._tool(bearer(request.headers.get("authorization")) or "").reader

    def _tool(self, token: str) -> Visit:
        if not compare_digest(token.encode(), self.internal_key.get_secret_value().encode()):
            raise Unauthorised("Send the internal key.", headers=CHALLENGE)
        return TOOL


def reader_of(session: StaffSession) -> Reader:
    """What a member of staff may read by their roles: an operator, who runs the system, reads no feed."""
    officer = "officer" in session.roles
    return Reader(
        login=session.sub,
        departments=frozenset(session.departments) if officer else frozenset(),
        coordinator="coordinator" in session.roles,
    )
