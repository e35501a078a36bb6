"""Opening an appeal's public state by its number and tracking code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pydantic import SecretStr

from veche_intake.appeals.model import AppealReceipt
from veche_intake.appeals.rules import read_number
from veche_intake.appeals.store import AppealStore
from veche_intake.settings import Settings
from veche_intake.status.model import AppealStatus
from veche_intake.status.rules import UNKNOWN, slow_down
from veche_intake.status.store import PublicViewStore
from veche_shared.rejection import Rejected
from veche_shared.security.rate_limiter import Limit, RateLimiter, reserve_all
from veche_shared.security.tokens import is_tracking_code
from veche_shared.service.context import ServiceContext

GUESSES: Final = Limit(attempts=10, window=timedelta(minutes=15))
"""Wrong codes for one appeal from one address."""

GUESSES_FROM_ADDRESS: Final = Limit(attempts=60, window=timedelta(minutes=15))
"""Wrong numbers and codes from one address, whatever the appeal: a library has many readers."""


@dataclass(frozen=True, slots=True)
class StatusReader:
    """Opens appeals; limits how often numbers and codes can be guessed. Every method raises PyMongoError."""

    appeals: AppealStore
    views: PublicViewStore
    guesses: RateLimiter
    guesses_from_address: RateLimiter
    prefix: str
    tracking_key: SecretStr

    @classmethod
    def of(cls, context: ServiceContext[Settings]) -> StatusReader:
        """The reader of this process; the limits are counted for all replicas together."""
        mongo, clock, settings = context.mongo, context.clock, context.settings
        return cls(
            AppealStore(mongo),
            PublicViewStore(mongo),
            RateLimiter(mongo, "code_for_appeal", GUESSES, clock),
            RateLimiter(mongo, "code_from_address", GUESSES_FROM_ADDRESS, clock),
            settings.intake.number_prefix,
            settings.intake.tracking_key,
        )

    async def open(self, typed_number: str, typed_code: str, address: str) -> AppealStatus | Rejected:
        """The appeal, where the code is its code. ``address`` is the network that asks.

        An unknown number and a wrong code are rejected alike, and whatever comes after too many of these. A guess
        counts from before the code is compared.
        """
        number = read_number(typed_number, self.prefix)
        pair = f"{number} {address}"
        if wait := await reserve_all((self.guesses, pair), (self.guesses_from_address, address)):
            return slow_down(wait)
        receipt = None if number is None else await self.appeals.by_number(number)
        if receipt is None or not is_tracking_code(self.tracking_key, receipt.appeal_id, typed_code):
            return UNKNOWN
        await self.guesses.forgive(pair)
        await self.guesses_from_address.release(address)
        return await self._status(receipt)

    async def reopen(self, typed_number: str, allowed: list[str]) -> AppealStatus | None:
        """An appeal that its author has opened before: one of those that the browser is ``allowed`` to show."""
        number = read_number(typed_number, self.prefix)
        if number is None or number not in allowed:
            return None
        receipt = await self.appeals.by_number(number)
        return None if receipt is None else await self._status(receipt)

    async def _status(self, receipt: AppealReceipt) -> AppealStatus:
        view = await self.views.get(receipt.number)
        return AppealStatus(receipt.appeal_id, receipt.number, receipt.registered_at, view)
