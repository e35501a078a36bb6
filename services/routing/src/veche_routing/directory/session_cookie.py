"""The session cookie: its token, which nobody else can sign, and how a browser keeps it."""

from __future__ import annotations

from typing import Final

from joserfc import jwt
from pydantic import SecretStr
from starlette.responses import Response

from veche_routing.directory.model import Account, Session
from veche_shared.security.key_pairs import read_private_key
from veche_shared.security.sessions import ALGORITHM, AUDIENCE, ISSUER, LIFETIME, cookie_name


class SessionCookie:
    """Writes the cookie that every service reads. Raises ValueError for a text that holds no private key.

    With ``secure`` a browser sends it over HTTPS only.
    """

    def __init__(self, signing_key: SecretStr, *, secure: bool) -> None:
        self._key: Final = read_private_key(signing_key.get_secret_value())
        self._key_id: Final = self._key.thumbprint()
        self._secure: Final = secure
        self._name: Final = cookie_name(secure=secure)

    def token(self, account: Account, session: Session) -> str:
        """The signed token: the session, and what the account may do at its beginning."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sid": session.id,
            "sub": account.login,
            "name": account.name,
            "roles": sorted(account.roles),
            "departments": list(account.departments),
            "iat": int(session.created_at.timestamp()),
            "exp": int(session.expires_at.timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key_id}, claims, self._key, algorithms=[ALGORITHM])

    def set(self, response: Response, account: Account, session: Session) -> None:
        """Give the browser the cookie: not for scripts, not for other sites."""
        response.set_cookie(
            self._name,
            self.token(account, session),
            max_age=int(LIFETIME.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def delete(self, response: Response) -> None:
        """Have the browser forget the cookie."""
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="lax")
