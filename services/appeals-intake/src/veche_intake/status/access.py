"""Which appeals a browser may show again without the code: a list in a signed cookie, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from veche_intake.settings import Settings
from veche_shared.clock import Clock
from veche_shared.security.signed_cookies import SignedCookie
from veche_shared.service.context import ServiceContext

PATH: Final = "/a"
PRIVATE: Final = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}
"""Headers of every answer about an appeal: no search engine may keep what only its author may read."""

ACCESS_COOKIE: Final = "veche_appeals"
RECEIPT_COOKIE: Final = "veche_receipt"
ACCESS_LASTS: Final = timedelta(hours=12)
RECEIPT_LASTS: Final = timedelta(minutes=30)
MAX_NUMBERS: Final = 8


def access_cookie(key: SecretStr, clock: Clock) -> SignedCookie:
    """The cookie with the numbers of the appeals that a browser may show, the newest first."""
    return SignedCookie(key, "follow", ACCESS_LASTS, clock)


def receipt_cookie(key: SecretStr, clock: Clock) -> SignedCookie:
    """The cookie with the number of the appeal that was just sent, whose code is shown."""
    return SignedCookie(key, "receipt", RECEIPT_LASTS, clock)


def with_newest(numbers: Sequence[str], number: str) -> list[str]:
    """``numbers`` with ``number`` in front, once, and no more of them than a cookie should hold."""
    return [number, *(other for other in numbers if other != number)][:MAX_NUMBERS]


@dataclass(frozen=True, slots=True)
class AuthorAccess:
    """Gives browsers access to appeals. ``secure`` says that cookies go over HTTPS only."""

    access: SignedCookie
    receipt: SignedCookie
    secure: bool

    @classmethod
    def of(cls, context: ServiceContext[Settings]) -> AuthorAccess:
        """Access as the settings want it; all processes of an installation read one another's cookies."""
        settings, clock = context.settings, context.clock
        key = settings.intake.tracking_key
        return cls(access_cookie(key, clock), receipt_cookie(key, clock), settings.http.secure_cookies)

    def numbers(self, request: Request) -> list[str]:
        """The appeals that this browser may show, the newest first."""
        return self.access.read(request.cookies.get(ACCESS_COOKIE))

    def just_sent(self, request: Request, number: str) -> bool:
        """Whether this browser has just sent the appeal, so that its author is shown the code."""
        return number in self.receipt.read(request.cookies.get(RECEIPT_COOKIE))

    def opened(self, request: Request, number: str) -> Response:
        """Redirect to the page of an appeal that this browser may show from now on."""
        response = RedirectResponse(f"{PATH}/{quote(number)}", status_code=303, headers=PRIVATE)
        numbers = with_newest(self.numbers(request), number)
        # This cookie ends with the browser, which may be a library's.
        self._set(response, ACCESS_COOKIE, self.access.write(numbers), None)
        return response

    def sent(self, request: Request, number: str) -> Response:
        """Redirect the author of a new appeal to its page, which shows the code for a while."""
        response = self.opened(request, number)
        # This cookie may outlive the browser's window: its author comes back for the code.
        lasts = int(self.receipt.max_age.total_seconds())
        self._set(response, RECEIPT_COOKIE, self.receipt.write([number]), lasts)
        return response

    def _set(self, response: Response, cookie: str, value: str, max_age: int | None) -> None:
        response.set_cookie(
            cookie, value, max_age=max_age, path=PATH, secure=self.secure, httponly=True, samesite="lax"
        )
