"""The sessions of staff: a signed token (JWT, RFC 7519; HS256) in a cookie, which every service can read by itself.

Roles and departments are in the token, so a change of them holds from the next sign-in, at the latest after 12 hours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from veche_shared.clock import Clock
from veche_shared.http.problems import Forbidden, Unauthorised
from veche_shared.security.origin import require_same_origin
from veche_shared.security.roles import Role as Role
from veche_shared.settings import SecuritySettings

COOKIE: Final = "veche_session"
LIFETIME: Final = timedelta(hours=12)
STATE: Final = "staff_sessions"
"""Name in ``app.state`` under which the dependencies find the StaffSessions; ``create_app`` puts them there."""

_ALGORITHM: Final = "HS256"
_ISSUER: Final = "veche"
_AUDIENCE: Final = "staff"


class StaffSession(BaseModel):
    """Who is signed in. ``sub`` is the account's id, ``departments`` are codes of the city's directory."""

    model_config = ConfigDict(frozen=True)

    sub: str
    name: str
    roles: frozenset[Role]
    departments: tuple[str, ...]
    iat: datetime
    exp: datetime

    def has_any(self, roles: Collection[Role]) -> bool:
        """Whether the person has one of ``roles``."""
        return not self.roles.isdisjoint(roles)

    def may_see(self, department: str) -> bool:
        """Whether cases of ``department`` are this person's business: one's own ones, and all for a coordinator."""
        return "coordinator" in self.roles or department in self.departments


class _Claims(StaffSession):
    iss: Literal["veche"]
    aud: Literal["staff"]


class StaffSessions:
    """Issues and reads session tokens.

    The first of ``keys`` signs; the others still verify, so that a key can be changed without signing everybody out.
    """

    def __init__(
        self, keys: Sequence[SecretStr], clock: Clock, *, secure: bool = True, lifetime: timedelta = LIFETIME
    ) -> None:
        if not keys:
            raise ValueError("at least one session key is needed")
        self._keys = [OctKey.import_key(key.get_secret_value()) for key in keys]
        self._clock = clock
        self._secure = secure
        self._lifetime = lifetime

    @classmethod
    def from_settings(cls, settings: SecuritySettings, clock: Clock) -> StaffSessions:
        """As the installation is configured."""
        return cls([settings.session_key, *settings.previous_session_keys], clock, secure=settings.secure_cookies)

    def issue(self, *, sub: str, name: str, roles: Collection[Role], departments: Sequence[str]) -> str:
        """A token for somebody who has just proved who they are."""
        now = self._clock()
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": sub,
            "name": name,
            "roles": sorted(roles),
            "departments": list(departments),
            "iat": int(now.timestamp()),
            "exp": int((now + self._lifetime).timestamp()),
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._keys[0], algorithms=[_ALGORITHM])

    def read(self, token: str) -> StaffSession | None:
        """The session that ``token`` carries; None where it is forged, malformed or over."""
        for key in self._keys:
            try:
                claims = _Claims.model_validate(jwt.decode(token, key, algorithms=[_ALGORITHM]).claims)
            except (JoseError, ValidationError, ValueError):
                continue
            return claims if claims.iat <= claims.exp and self._clock() < claims.exp else None
        return None

    def of(self, request: Request) -> StaffSession | None:
        """The session of a request's cookie."""
        token = request.cookies.get(COOKIE)
        return None if token is None else self.read(token)

    def remember(self, response: Response, token: str) -> None:
        """Give the browser the cookie: not for scripts, not for other sites, over HTTPS only where that is set."""
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(self._lifetime.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(COOKIE, path="/", secure=self._secure, httponly=True, samesite="lax")


async def staff_session(request: Request) -> StaffSession | None:
    """FastAPI dependency: who is signed in, or None. It checks no origin: change nothing on its word alone."""
    return _sessions(request).of(request)


def require_staff(*roles: Role) -> Callable[[Request], StaffSession]:
    """FastAPI dependency: somebody signed in, with one of ``roles`` if any are named.

    Raises Unauthorised where nobody is signed in, Forbidden without the role, and Forbidden for an unsafe method that
    another site's page asked for.
    """
    wanted = frozenset(roles)

    async def signed_in(request: Request) -> StaffSession:
        session = _sessions(request).of(request)
        if session is None:
            raise Unauthorised("Sign in.", code="not_signed_in")
        require_same_origin(request)
        if wanted and not session.has_any(wanted):
            raise Forbidden(f"This takes one of the roles: {', '.join(sorted(wanted))}.", code="role_missing")
        return session

    # FastAPI awaits it; to a route it is what it returns.
    return cast("Callable[[Request], StaffSession]", signed_in)


def _sessions(request: Request) -> StaffSessions:
    return cast("StaffSessions", getattr(request.app.state, STATE))


__all__ = ["COOKIE", "LIFETIME", "STATE", "Role", "StaffSession", "StaffSessions", "require_staff", "staff_session"]
