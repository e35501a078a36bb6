"""Opening an appeal's public state by its number and tracking code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from veche_intake.appeals import store as appeals
from veche_intake.appeals.model import Receipt
from veche_intake.appeals.numbering import read_number
from veche_intake.status import store
from veche_intake.status.model import PublicView
from veche_shared.http.problems import NotFound, TooManyRequests
from veche_shared.security.rate_limiter import Limit, RateLimiter, reserve_all
from veche_shared.security.tokens import is_tracking_code
from veche_shared.storage.mongo import Mongo

GUESSES: Final = Limit(attempts=10, window=timedelta(minutes=15))
"""Wrong codes for one appeal from one address."""

GUESSES_FROM_ADDRESS: Final = Limit(attempts=60, window=timedelta(minutes=15))
"""Wrong numbers and codes from one address, whatever the appeal: a library has many readers."""


@dataclass(frozen=True, slots=True)
class Followed:
    """An appeal that its author follows; ``view`` is None until routing has opened its case."""

    appeal_id: str
    number: str
    registered_at: datetime
    view: PublicView | None


@dataclass(frozen=True, slots=True)
class Following:
    """Opens appeals; limits how often numbers and codes can be guessed."""

    mongo: Mongo
    guesses: RateLimiter
    guesses_from_address: RateLimiter
    prefix: str
    tracking_key: SecretStr

    async def open(self, typed_number: str, typed_code: str, address: str) -> Followed:
        """The appeal, where the code is its code. ``address`` is where it is asked from.

        Raises NotFound for an unknown number and for a wrong code alike, TooManyRequests after too many of these. A
        guess counts from before the code is compared.
        """
        number = read_number(typed_number, self.prefix)
        pair = f"{number} {address}"
        if wait := await reserve_all((self.guesses, pair), (self.guesses_from_address, address)):
            raise TooManyRequests(
                "Too many wrong numbers or codes; wait and try again.", retry_after=wait, code="slow_down"
            )
        receipt = None if number is None else await appeals.by_number(self.mongo, number)
        if receipt is None or not is_tracking_code(self.tracking_key, receipt.appeal_id, typed_code):
            raise NotFound("There is no appeal with this number and this code; check both.", code="appeal_unknown")
        await self.guesses.forgive(pair)
        await self.guesses_from_address.release(address)
        return await self._followed(receipt)

    async def again(self, number: str) -> Followed | None:
        """An appeal that its author has opened before, as a signed cookie says."""
        receipt = await appeals.by_number(self.mongo, number)
        return None if receipt is None else await self._followed(receipt)

    async def _followed(self, receipt: Receipt) -> Followed:
        view = await store.get(self.mongo, receipt.number)
        return Followed(receipt.appeal_id, receipt.number, receipt.registered_at, view)
