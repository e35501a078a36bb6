"""Signing in while the account is being changed, or its password's hash renewed, on two replicas."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
import pytest_asyncio
from pwdlib.hashers.argon2 import Argon2Hasher

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from veche_routing.directory.commands import AccountService, SessionService, SignedIn, StaffAuthenticator
from veche_routing.directory.model import Account, NewAccount
from veche_routing.directory.store import INDEXES, AccountStore, SessionStore
from veche_shared.clock import Clock, system_clock
from veche_shared.ids import new_id
from veche_shared.rejection import Rejected
from veche_shared.security import ended_sessions, rate_limiter
from veche_shared.security.ended_sessions import EndedSessionStore
from veche_shared.security.passwords import Passwords
from veche_shared.security.rate_limiter import Limit, RateLimiter
from veche_shared.storage import outbox
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions

PASSWORD: Final = "the first password"
ROUNDS: Final = 25
SIGN_INS: Final = 4


def cheap(cost: int = 1) -> Argon2Hasher:
    """For tests, which cannot wait."""
    return Argon2Hasher(time_cost=cost, memory_cost=64, parallelism=1)


@dataclass(frozen=True, slots=True)
class Replica:
    """Routing's accounts, as one process or one command serves them."""

    mongo: Mongo
    passwords: Passwords
    clock: Clock = system_clock

    @property
    def _transactions(self) -> Transactions:
        return Transactions(self.mongo, wake=lambda: None)

    @property
    def _sessions(self) -> SessionService:
        return SessionService(
            self._transactions, SessionStore(self.mongo), EndedSessionStore(self.mongo), self.clock, new_id
        )

    @property
    def accounts(self) -> AccountService:
        return AccountService(
            self._transactions, AccountStore(self.mongo), self._sessions, self.passwords, self.clock, {"roads", "parks"}
        )

    async def sign_in(self, login: str, password: str = PASSWORD) -> SignedIn | Rejected:
        limiter = RateLimiter(self.mongo, "tests", Limit(attempts=1_000, window=timedelta(minutes=1)), self.clock)
        authenticator = StaffAuthenticator(
            self._transactions, AccountStore(self.mongo), self._sessions, self.passwords, limiter, limiter, self.clock
        )
        return await authenticator.sign_in(login, password, "192.0.2.0/24", "program")


@pytest_asyncio.fixture(loop_scope="session")
async def mongo(backend: Backend, namespace: Namespace) -> AsyncIterator[Mongo]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}{new_id()[-12:]}")
    await mongo.declare({**INDEXES, **ended_sessions.INDEXES, **rate_limiter.INDEXES, outbox.COLLECTION: []})
    yield mongo
    await mongo.close()


async def add(replica: Replica, login: str) -> None:
    made = await replica.accounts.add(NewAccount(login, "Анна", frozenset({"officer"}), ("roads",)), PASSWORD)
    assert isinstance(made, Account)


async def live_ids(mongo: Mongo, login: str) -> set[str]:
    """The sessions that count, for routing and for the others alike."""
    stored = {row["_id"] async for row in mongo["sessions"].find({"account": login, "ended_at": None})}
    every = {row["_id"] async for row in mongo["sessions"].find({"account": login})}
    assert await EndedSessionStore(mongo).known(every) == every - stored
    return stored


Change = Callable[[AccountService, str], Awaitable[object]]
CHANGES: Final[dict[str, Change]] = {
    "disable": lambda accounts, login: accounts.disable(login),
    "password": lambda accounts, login: accounts.change_password(login, "another password"),
    "rights": lambda accounts, login: accounts.change_rights(login, frozenset({"officer"}), ("parks",)),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_whatever_comes_first_no_session_is_left_with_what_was_taken_away(mongo: Mongo, name: str) -> None:
    here, there, operator = (Replica(mongo, Passwords(cheap())) for _ in range(3))
    for number in range(ROUNDS):
        login = f"{name}-{number}"
        await add(operator, login)

        async def enter(replica: Replica, delay: float, login: str = login) -> SignedIn | Rejected:
            await asyncio.sleep(delay)
            return await replica.sign_in(login)

        async def change(delay: float, login: str = login) -> None:
            await asyncio.sleep(delay)
            await CHANGES[name](operator.accounts, login)

        *entered, _ = await asyncio.gather(
            *(enter((here, there)[count % 2], count / 500) for count in range(SIGN_INS)), change(number % 10 / 500)
        )
        signed_in = {found.session.id: found.account for found in entered if isinstance(found, SignedIn)}
        left = await live_ids(mongo, login)
        assert left <= signed_in.keys()
        assert name == "rights" or not left
        assert all(signed_in[session].departments == ("parks",) for session in left)


async def test_whoever_signs_in_while_another_sign_in_renews_the_hash_is_let_in(mongo: Mongo) -> None:
    former = Replica(mongo, Passwords(cheap(1)))
    replicas = [Replica(mongo, Passwords(cheap(2))) for _ in range(4)]
    for number in range(10):
        await add(former, f"anna-{number}")
        entered = await asyncio.gather(*(replica.sign_in(f"anna-{number}") for replica in replicas))
        assert [type(found) for found in entered] == [SignedIn] * len(replicas)
        assert len(await live_ids(mongo, f"anna-{number}")) == len(replicas)


async def test_a_wrong_password_stays_wrong_while_the_hash_is_renewed(mongo: Mongo) -> None:
    former, newer = Replica(mongo, Passwords(cheap(1))), [Replica(mongo, Passwords(cheap(2))) for _ in range(2)]
    await add(former, "boris")
    right, wrong = await asyncio.gather(newer[0].sign_in("boris"), newer[1].sign_in("boris", "a wrong password"))
    assert isinstance(right, SignedIn)
    assert isinstance(wrong, Rejected)
    assert wrong.code == "wrong_credentials"


@pytest.mark.parametrize("off", [timedelta(minutes=-30), timedelta(minutes=30)])
async def test_an_operators_clock_that_is_off_leaves_no_session(mongo: Mongo, off: timedelta) -> None:
    """A session in its last minutes is over by the operator's clock, and not by that of the service."""
    began = system_clock() - timedelta(hours=11, minutes=45)
    service = Replica(mongo, Passwords(cheap()), lambda: began)
    operator = Replica(mongo, Passwords(cheap()), lambda: system_clock() + off)
    await add(service, "carol")
    assert isinstance(await service.sign_in("carol"), SignedIn)
    await operator.accounts.disable("carol")
    assert await live_ids(mongo, "carol") == set()


async def test_of_an_account_with_a_role_of_a_newer_release_the_known_ones_count_and_the_other_is_kept(
    mongo: Mongo,
) -> None:
    replica = Replica(mongo, Passwords(cheap()))
    await add(replica, "dora")
    await mongo["staff"].update_one({"_id": "dora"}, {"$push": {"roles": "inspector"}})
    entered = await replica.sign_in("dora")
    assert isinstance(entered, SignedIn)
    assert entered.account.roles == {"officer"}
    stored = await mongo["staff"].find_one({"_id": "dora"})
    assert stored is not None
    assert "inspector" in stored["roles"]
