"""Accounts of staff: making them, closing them, and letting people in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from veche_routing.directory.model import Account
from veche_routing.directory.rules import Opening, faults_of
from veche_routing.directory.store import Accounts
from veche_shared.clock import Clock
from veche_shared.http.problems import TooManyRequests
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import Limit, RateLimiter, reserve_all

ACCOUNT_LIMIT: Final = Limit(attempts=5, window=timedelta(minutes=15))
"""Wrong passwords for one account from one address."""

ADDRESS_LIMIT: Final = Limit(attempts=50, window=timedelta(minutes=15))
"""Wrong logins and passwords from one address: an office behind one address has many people who mistype."""


class AccountError(ValueError):
    """An account that cannot be made or found; the text says why, for the operator."""


@dataclass(frozen=True, slots=True)
class Staff:
    """What an operator does with accounts; ``departments`` are the codes that exist today."""

    accounts: Accounts
    passwords: Passwords
    clock: Clock
    departments: Collection[str]

    async def add(self, opening: Opening, password: str) -> Account:
        """Make an account. Raises AccountError."""
        if faults := faults_of(opening, self.departments):
            raise AccountError("; ".join(faults))
        account = self._account(opening, await self._hashed(password))
        if not await self.accounts.add(account):
            raise AccountError(f"the login {opening.login} is taken")
        return account

    async def add_missing(self, openings: Sequence[Opening], password: str) -> int:
        """Make those accounts that are not there, with one password; how many were made. For a demonstration."""
        present = {account.login for account in await self.accounts.all()}
        missing = [opening for opening in openings if opening.login not in present]
        if not missing:
            return 0
        hashed = await self._hashed(password)
        made = [await self.accounts.add(self._account(opening, hashed)) for opening in missing]
        return sum(made)

    async def change_password(self, login: str, password: str) -> None:
        """Raises AccountError."""
        if not await self.accounts.set_password(login, await self._hashed(password)):
            raise AccountError(f"there is no account {login}")

    async def disable(self, login: str) -> None:
        """Let nobody in by this account any more; sessions that are open end by themselves, in 12 hours at most."""
        if not await self.accounts.set_disabled(login, self.clock()):
            raise AccountError(f"there is no account {login}")

    def _account(self, opening: Opening, hashed: str) -> Account:
        return Account(
            login=opening.login,
            name=opening.name,
            password=hashed,
            roles=opening.roles,
            departments=opening.departments,
            created_at=self.clock(),
        )

    async def _hashed(self, password: str) -> str:
        try:
            return await self.passwords.hash(password)
        except ValueError as error:
            raise AccountError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets people in by login and password; slows down whoever guesses."""

    accounts: Accounts
    passwords: Passwords
    by_account: RateLimiter
    by_address: RateLimiter

    async def admit(self, login: str, password: str, address: str) -> Account | None:
        """The account, or None for a wrong login or password: which of the two is not told, not even by the time taken.

        Raises TooManyRequests after several failures. An attempt counts from before the password is verified.
        """
        login = login.strip().lower()
        key = f"{login}|{address}"
        if wait := await reserve_all((self.by_account, key), (self.by_address, address)):
            raise TooManyRequests("Too many failed sign-ins; wait.", retry_after=wait, code="sign_in_throttled")
        account = await self.accounts.of(login)
        usable = account is not None and account.disabled_at is None
        verified = await self.passwords.verify(password, account.password if account is not None and usable else None)
        if account is None or not verified.right:
            return None
        await self.by_account.forgive(key)
        await self.by_address.release(address)
        if verified.renewed is not None:
            await self.accounts.set_password(account.login, verified.renewed)
        return account
