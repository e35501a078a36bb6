"""The sessions of staff as every service reads them: a signed token (JWT, RFC 7519) in a cookie, verified on the spot.

Only routing can sign one, by its private key; the others have the public keys. A session may be ended before its time:
whoever authenticates a request asks for that too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, cast, get_args

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import GuestProtocol, OKPKey
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from starlette.requests import Request

from veche_shared.clock import Clock
from veche_shared.http.problems import Forbidden, Unauthorised
from veche_shared.http.rights import right
from veche_shared.security.key_pairs import read_public_key
from veche_shared.security.origin import require_same_origin
from veche_shared.security.roles import Role as Role

COOKIE: Final = "veche_session"
"""The session cookie where there is no HTTPS, as on one's own machine; else ``cookie_name``."""

LIFETIME: Final = timedelta(hours=12)
CLOCK_TOLERANCE: Final = timedelta(hours=1)
"""How far the clocks of the processes of an installation may differ without an ended session being taken for live."""

ALGORITHM: Final = "Ed25519"
"""RFC 9864: EdDSA with that curve and no other."""

ISSUER: Final = "veche"
AUDIENCE: Final = "staff"

STATE: Final = "request_authenticator"
"""Name in ``app.state`` under which the dependencies find the RequestAuthenticator; ``create_app`` puts it there."""

_SCOPE: Final = "veche.staff_session"
_REQUIRED: Final = "veche_roles"


def cookie_name(*, secure: bool) -> str:
    """The session cookie. With HTTPS no browser takes one of that name from another host, be it of the same domain, nor
    over plain HTTP (RFC 6265bis, 4.1.3.2): so nobody can put their own session in the place of somebody else's.
    """
    return f"__Host-{COOKIE}" if secure else COOKIE


def _known_roles(given: object) -> object:
    """The roles that this release has; one that a newer release has added gives no rights here."""
    return [role for role in given if role in get_args(Role)] if isinstance(given, list) else given


class StaffSession(BaseModel):
    """Who is signed in. ``sid`` is the session's id, ``sub`` the account's login, ``departments`` are codes of the
    city's directory; roles and departments are those of the moment at which the session began (``iat``).
    """

    model_config = ConfigDict(frozen=True)

    sid: str
    sub: str
    name: str
    roles: Annotated[frozenset[Role], BeforeValidator(_known_roles)]
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


class SessionVerifier:
    """Reads session tokens by the public keys of those who may sign them.

    There are several while the signing key is being changed; the token says which one it is of (``kid``, the RFC 7638
    thumbprint). Without a key every token is refused. Raises ValueError for a text that holds no public key.
    """

    def __init__(self, public_keys: Sequence[str], clock: Clock) -> None:
        self._keys: Final = {key.thumbprint(): key for key in map(read_public_key, public_keys)}
        self._clock: Final = clock

    def read(self, token: str) -> StaffSession | None:
        """The session that ``token`` carries; None where it is forged, malformed or over, has not begun on any clock,
        or would be longer than a session is.
        """
        try:
            signed = jwt.decode(token, self._key_of, algorithms=[ALGORITHM])
        except Exception:  # noqa: BLE001 - anybody may send anything, and it must not fail a request
            return None
        try:
            claims = _Claims.model_validate(signed.claims)
        except ValidationError:
            return None
        begun = claims.iat <= self._clock() + CLOCK_TOLERANCE
        possible = timedelta() <= claims.exp - claims.iat <= LIFETIME
        return claims if begun and possible and not self.is_over(claims) else None

    def is_over(self, session: StaffSession) -> bool:
        """Whether the session's time is over."""
        return self._clock() >= session.exp

    def _key_of(self, token: GuestProtocol) -> OKPKey:
        key = self._keys.get(str(token.headers().get("kid")))
        if key is None:
            raise InvalidKeyIdError
        return key


IsEnded = Callable[[StaffSession], Awaitable[bool]]
"""Whether a session was ended before its time. Raises PyMongoError where that cannot be found out."""


@dataclass(frozen=True, slots=True)
class RequestAuthenticator:
    """Finds out who sent a request, by its session cookie."""

    verifier: SessionVerifier
    is_ended: IsEnded
    cookie: str = COOKIE

    async def session_of(self, request: Request) -> StaffSession | None:
        """The session of a request, None where nobody is signed in. It is looked for once a request."""
        if _SCOPE not in request.scope:
            request.scope[_SCOPE] = await self._find(request)
        return found_session(request)

    async def is_over(self, session: StaffSession) -> bool:
        """Whether a session that was accepted a while ago is not accepted any more."""
        return self.verifier.is_over(session) or await self.is_ended(session)

    async def _find(self, request: Request) -> StaffSession | None:
        token = request.cookies.get(self.cookie)
        session = None if token is None else self.verifier.read(token)
        return None if session is None or await self.is_ended(session) else session


def found_session(request: Request) -> StaffSession | None:
    """The session that was found in this request; None too where nothing has looked for one: on a public page."""
    return cast("StaffSession | None", request.scope.get(_SCOPE))


async def staff_session(request: Request) -> StaffSession | None:
    """FastAPI dependency: who is signed in, or None. It checks no origin: change nothing on its word alone."""
    return await _authenticator(request).session_of(request)


def require_staff(*roles: Role) -> Callable[[Request], StaffSession]:
    """FastAPI dependency: somebody signed in with one of ``roles``; nobody where none is named.

    Raises what ``require_signed_in`` raises, and Forbidden without the role.
    """
    wanted = frozenset(roles)

    async def with_a_role(request: Request) -> StaffSession:
        session = await _signed_in(request)
        if not session.has_any(wanted):
            named = f"one of the roles: {', '.join(sorted(wanted))}" if wanted else "a role, and none is named yet"
            raise Forbidden(f"This takes {named}.", code="role_missing")
        return session

    setattr(with_a_role, _REQUIRED, wanted)
    # FastAPI awaits it; to a route it is what it returns.
    return cast("Callable[[Request], StaffSession]", right(with_a_role))


def require_signed_in() -> Callable[[Request], StaffSession]:
    """FastAPI dependency: somebody signed in, whatever their roles; the route itself decides what they may see.

    Raises Unauthorised where nobody is signed in, Forbidden for an unsafe method that another site's page asked for.
    """
    return cast("Callable[[Request], StaffSession]", _signed_in)


def roles_required(dependency: object) -> frozenset[Role] | None:
    """The roles of which a dependency made by ``require_staff`` asks for one, none for ``require_signed_in``; None for
    any other dependency.
    """
    return cast("frozenset[Role] | None", getattr(dependency, _REQUIRED, None))


def no_sessions(clock: Clock) -> RequestAuthenticator:
    """For a service without pages for staff: nobody is signed in, whatever the cookie."""

    async def always(_session: StaffSession) -> bool:
        return True

    return RequestAuthenticator(SessionVerifier((), clock), always)


@right
async def _signed_in(request: Request) -> StaffSession:
    session = await _authenticator(request).session_of(request)
    if session is None:
        raise Unauthorised("Sign in.", code="not_signed_in")
    require_same_origin(request)
    return session


setattr(_signed_in, _REQUIRED, frozenset[Role]())


def _authenticator(request: Request) -> RequestAuthenticator:
    return cast("RequestAuthenticator", getattr(request.app.state, STATE))


__all__ = [
    "ALGORITHM",
    "AUDIENCE",
    "CLOCK_TOLERANCE",
    "COOKIE",
    "ISSUER",
    "LIFETIME",
    "STATE",
    "IsEnded",
    "RequestAuthenticator",
    "Role",
    "SessionVerifier",
    "StaffSession",
    "cookie_name",
    "found_session",
    "no_sessions",
    "require_signed_in",
    "require_staff",
    "roles_required",
    "staff_session",
]
