"""Accounts of staff and their sessions: what an operator does with accounts, signing in and out.

Whatever changes what an account may do ends the sessions that it has, in the same transaction. Signing in writes the
account too: so of a sign-in and such a change that meet, one is done after the other, and no session is left over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from veche_routing.directory import rules
from veche_routing.directory.events import session_ended
from veche_routing.directory.model import Account, ClientKind, EndReason, NewAccount, Session
from veche_routing.directory.password_rules import password_fault
from veche_routing.directory.store import AccountStore, SessionStore
from veche_shared.clock import Clock
from veche_shared.contracts.topics import SESSIONS
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.rejection import Rejected
from veche_shared.security.ended_sessions import EndedSession, EndedSessionStore
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import Limit, RateLimiter, reserve_all
from veche_shared.security.roles import Role
from veche_shared.security.sessions import CLOCK_TOLERANCE, LIFETIME
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

ACCOUNT_LIMIT: Final = Limit(attempts=5, window=timedelta(minutes=15))
"""Wrong passwords for one account from one address."""

ADDRESS_LIMIT: Final = Limit(attempts=50, window=timedelta(minutes=15))
"""Wrong logins and passwords from one address: an office behind one address has many people who mistype."""

TRIES: Final = 3
"""How often a password is verified anew because its hash was renewed by another sign-in meanwhile."""


@dataclass(frozen=True, slots=True)
class SessionService:
    """Begins and ends sessions. Every method raises PyMongoError."""

    transactions: Transactions
    sessions: SessionStore
    ended: EndedSessionStore
    clock: Clock
    ids: Ids

    async def begin(self, unit: UnitOfWork, account: Account, client: ClientKind) -> Session:
        """A new session of ``account``."""
        session = rules.new_session(account, self.ids(), client, self.clock(), LIFETIME)
        await self.sessions.insert(unit, session)
        return session

    async def sign_out(self, account: str, session_id: str) -> bool:
        """End one session of an account; False, and nothing happens, where it has none of this id or it has ended."""

        async def work(unit: UnitOfWork) -> bool:
            session = await self.sessions.get(session_id, unit.session)
            if session is None or session.account != account or not rules.is_live(session, self.clock()):
                return False
            await self._end(unit, [session], "signed_out")
            return True

        return await self.transactions.run(work)

    async def end_all(self, unit: UnitOfWork, account: str, reason: EndReason, *, keep: str | None = None) -> int:
        """End every session of an account but ``keep``; also those that are over by this clock, and perhaps not by
        another. How many there were.
        """
        since = self.clock() - CLOCK_TOLERANCE
        live = await self.sessions.live(account, since, unit.session)
        others = [session for session in live if session.id != keep]
        await self._end(unit, others, reason)
        return len(others)

    async def _end(self, unit: UnitOfWork, sessions: Sequence[Session], reason: EndReason) -> None:
        now = self.clock()
        await self.ended.add(unit, [EndedSession(session.id, reason, session.expires_at) for session in sessions])
        for session in sessions:
            await self.sessions.save(unit, session, rules.ended(session, reason, now))
            unit.publish(SESSIONS, session_ended(session, reason, now, self.ids(), current_traceparent()))


@dataclass(frozen=True, slots=True)
class AccountService:
    """What an operator does with accounts; ``departments`` are the codes that exist today.

    Every method raises PyMongoError.
    """

    transactions: Transactions
    accounts: AccountStore
    sessions: SessionService
    passwords: Passwords
    clock: Clock
    departments: Collection[str]

    async def add(self, new: NewAccount, password: str) -> Account | Sequence[Rejected]:
        """Make an account, or say all that is wrong with it."""
        if faults := rules.account_faults(new, self.departments):
            return faults
        if fault := password_fault(password, (new.login, new.name)):
            return [fault]
        account = self._account(new, await self.passwords.hash(password))

        async def work(unit: UnitOfWork) -> Account | Sequence[Rejected]:
            if await self.accounts.get(account.login, unit.session) is not None:
                return [rules.LOGIN_TAKEN]
            await self.accounts.insert(unit, [account])
            return account

        return await self.transactions.run(work)

    async def add_missing(self, wanted: Sequence[NewAccount], password: str) -> None:
        """Make those accounts that are not there, with one password. For a demonstration.

        Raises ValueError for a password of an impossible length.
        """
        present = {account.login for account in await self.accounts.all()}
        if all(new.login in present for new in wanted):
            return
        hashed = await self.passwords.hash(password)

        async def work(unit: UnitOfWork) -> None:
            present = {account.login for account in await self.accounts.all(unit.session)}
            missing = [self._account(new, hashed) for new in wanted if new.login not in present]
            await self.accounts.insert(unit, missing)

        await self.transactions.run(work)

    async def change_password(self, login: str, password: str) -> Account | Rejected:
        """Set another password; the sessions of the account end."""
        if fault := password_fault(password, (login,)):  # it needs no database to be told
            return fault
        account = await self.accounts.get(login)
        if account is None:
            return rules.UNKNOWN_LOGIN
        if fault := password_fault(password, (login, account.name)):
            return fault
        hashed = await self.passwords.hash(password)
        return await self._change(login, lambda account: replace(account, password=hashed), "password_changed")

    async def change_rights(
        self, login: str, roles: frozenset[Role], departments: tuple[str, ...]
    ) -> Account | Sequence[Rejected]:
        """Give an account other roles and departments in the place of those that it has; its sessions end."""
        if faults := list(rules.rights_faults(roles, departments, self.departments)):
            return faults
        changed = await self._change(
            login, lambda account: replace(account, roles=roles, departments=departments), "rights_changed"
        )
        return [changed] if isinstance(changed, Rejected) else changed

    async def disable(self, login: str) -> Account | Rejected:
        """Let nobody sign in by this account any more; its sessions end."""
        now = self.clock()
        return await self._change(login, lambda account: replace(account, disabled_at=now), "account_disabled")

    async def _change(self, login: str, change: Callable[[Account], Account], reason: EndReason) -> Account | Rejected:
        async def work(unit: UnitOfWork) -> Account | Rejected:
            account = await self.accounts.get(login, unit.session)
            if account is None:
                return rules.UNKNOWN_LOGIN
            changed = replace(change(account), version=account.version + 1)
            await self.accounts.save(unit, account, changed)
            await self.sessions.end_all(unit, login, reason)
            return changed

        return await self.transactions.run(work)

    def _account(self, new: NewAccount, hashed: str) -> Account:
        return Account(
            login=new.login,
            name=new.name,
            password=hashed,
            roles=new.roles,
            departments=new.departments,
            created_at=self.clock(),
        )


LISTED: Final = 50
"""So many of one's own sessions are shown; those behind are ended together with all others."""


@dataclass(frozen=True, slots=True)
class OwnAccountService:
    """What a member of staff does with their own account: see and end its sessions, change its password.

    Every method raises PyMongoError.
    """

    transactions: Transactions
    accounts: AccountStore
    sessions: SessionService
    passwords: Passwords
    by_account: RateLimiter
    clock: Clock

    async def live_sessions(self, login: str) -> list[Session]:
        """The sessions in which somebody may act for the account: the latest ``LISTED``, the latest first."""
        return await self.sessions.sessions.latest(login, self.clock(), LISTED)

    async def end_session(self, login: str, session_id: str) -> Rejected | None:
        """End one of the account's sessions."""
        return None if await self.sessions.sign_out(login, session_id) else rules.UNKNOWN_SESSION

    async def end_others(self, login: str, own_session: str) -> int:
        """End all sessions of the account but this one; how many there were."""

        async def work(unit: UnitOfWork) -> int:
            return await self.sessions.end_all(unit, login, "signed_out", keep=own_session)

        return await self.transactions.run(work)

    async def change_password(
        self, login: str, own_session: str, current: str, new: str, network: str
    ) -> Account | Rejected:
        """Set another password; the other sessions of the account end.

        Rejected too after several wrong ``current`` ones from a ``network``, together with failed sign-ins: whoever
        has found an open screen may not guess there either.
        """
        account = await self.accounts.get(login)
        if account is None:
            return rules.UNKNOWN_LOGIN
        if fault := password_fault(new, (account.login, account.name)):
            return fault
        key = attempts_key(login, network)
        if wait := await self.by_account.reserve(key):
            return rules.throttled(wait)
        if not (await self.passwords.verify(current, account.password)).right:
            return rules.WRONG_CURRENT_PASSWORD
        await self.by_account.forgive(key)
        if current == new:
            return rules.PASSWORD_UNCHANGED
        hashed = await self.passwords.hash(new)
        verified = account.password

        async def work(unit: UnitOfWork) -> Account | Rejected:
            account = await self.accounts.get(login, unit.session)
            if account is None or account.password != verified:
                return rules.WRONG_CURRENT_PASSWORD  # it was changed while it was being verified
            changed = replace(account, version=account.version + 1, password=hashed)
            await self.accounts.save(unit, account, changed)
            await self.sessions.end_all(unit, login, "password_changed", keep=own_session)
            return changed

        return await self.transactions.run(work)


def attempts_key(login: str, network: str) -> str:
    """By what wrong passwords are counted: an account as it is tried from one network."""
    return f"{login}|{network}"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has just proved who they are, and the session that has begun."""

    account: Account
    session: Session


@dataclass(frozen=True, slots=True)
class StaffAuthenticator:
    """Signs people in by login and password; slows down whoever guesses."""

    transactions: Transactions
    accounts: AccountStore
    sessions: SessionService
    passwords: Passwords
    by_account: RateLimiter
    by_address: RateLimiter
    clock: Clock

    async def sign_in(self, login: str, password: str, network: str, client: ClientKind) -> SignedIn | Rejected:
        """Begin a session, or reject: which of login and password was wrong is not told, not even by the time taken.

        Rejected too after several failures from a ``network``: an attempt counts from before the password is verified.
        Raises PyMongoError.
        """
        login = login.strip().lower()
        key = attempts_key(login, network)
        if wait := await reserve_all((self.by_account, key), (self.by_address, network)):
            return rules.throttled(wait)
        signed_in = await self._verify(login, password, client)
        if signed_in is None:
            return rules.WRONG_CREDENTIALS
        await self.by_account.forgive(key)
        await self.by_address.release(network)
        return signed_in

    async def _verify(self, login: str, password: str, client: ClientKind) -> SignedIn | None:
        for _ in range(TRIES):
            account = await self.accounts.get(login)
            usable = account if rules.may_sign_in(account) else None
            verified = await self.passwords.verify(password, None if usable is None else usable.password)
            if usable is None or not verified.right:
                return None
            signed_in = await self.transactions.run(self._begin(usable, verified.renewed or usable.password, client))
            if signed_in is not None:
                return signed_in
        return None

    def _begin(
        self, verified: Account, password: str, client: ClientKind
    ) -> Callable[[UnitOfWork], Awaitable[SignedIn | None]]:
        """Begin a session; None where the account was changed while the password was being verified."""

        async def work(unit: UnitOfWork) -> SignedIn | None:
            account = await self.accounts.get(verified.login, unit.session)
            if not rules.may_sign_in(account) or account.password != verified.password:
                return None
            after = replace(account, version=account.version + 1, password=password, signed_in_at=self.clock())
            await self.accounts.save(unit, account, after)
            return SignedIn(after, await self.sessions.begin(unit, after, client))

        return work


__all__ = [
    "ACCOUNT_LIMIT",
    "ADDRESS_LIMIT",
    "AccountService",
    "OwnAccountService",
    "SessionService",
    "SignedIn",
    "StaffAuthenticator",
]
