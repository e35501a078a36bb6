"""An operator manages the accounts of staff from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.keys import KEYS
from veche_routing.directory.cli import staff
from veche_routing.directory.store import AccountStore
from veche_shared.security.passwords import MAX_LENGTH, MIN_LENGTH, Passwords
from veche_shared.storage.mongo import Mongo

PASSWORD = "the first password"
OFFICER = ("--role", "officer", "--department", "roads")


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who types commands; ``accounts`` is what is stored."""

    environment: dict[str, str]
    accounts: AccountStore

    async def types(self, *arguments: str, given: str = "") -> Result:
        # each command has an event loop of its own, so each runs in a thread of its own
        return await asyncio.to_thread(CliRunner().invoke, staff, arguments, input=given, env=self.environment)

    async def adds(self, login: str, *options: str, name: str = "Анна Ветрова", given: str = PASSWORD) -> Result:
        return await self.types("add", login, "--name", name, *(options or OFFICER), given=f"{given}\n")

    async def password_counts(self, login: str, password: str) -> bool:
        account = await self.accounts.get(login)
        assert account is not None
        return (await Passwords().verify(password, account.password)).right


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def operator(backend: Backend, namespace: Namespace) -> AsyncIterator[Operator]:
    mongo = Mongo(backend.mongo_uri, f"{namespace.database_prefix}routing")
    environment = {**backend.environment(), **namespace.environment(), **KEYS.environment("routing")}
    yield Operator(environment, AccountStore(mongo))
    await mongo.close()


async def test_an_account_is_made_once_and_listed_without_its_password(operator: Operator) -> None:
    made = await operator.adds("anna", *OFFICER, "--role", "poll_admin", "--department", "blago")
    assert (made.exit_code, made.stdout) == (0, "anna may sign in\n"), made.output
    assert await operator.password_counts("anna", PASSWORD)
    again = await operator.adds("anna", name="Another")
    assert (again.exit_code, again.stderr) == (1, "login: it is taken\n")
    listed = (await operator.types("list")).stdout
    assert "anna\tactive\tofficer,poll_admin\troads,blago\tАнна Ветрова\n" in listed
    assert "$argon2" not in listed


@pytest.mark.parametrize(
    ("login", "options", "name", "given", "sentence"),
    [
        ("Анна", OFFICER, "Анна", PASSWORD, "login: lower-case Latin letters"),
        ("a/b", OFFICER, "Анна", PASSWORD, "login: lower-case Latin letters"),
        ("nobody", OFFICER, " ", PASSWORD, "name: say how the person is called"),
        ("nobody", ("--role", "officer"), "Анна", PASSWORD, "department: an officer needs at least one"),
        ("nobody", (*OFFICER, "--department", "moon"), "Анна", PASSWORD, "department moon: not in the directory"),
        ("nobody", OFFICER, "Анна", "x" * (MIN_LENGTH - 1), f"password: {MIN_LENGTH} to {MAX_LENGTH} characters"),
        ("nobody", OFFICER, "Анна", "x" * (MAX_LENGTH + 1), f"password: {MIN_LENGTH} to {MAX_LENGTH} characters"),
        ("nobody", OFFICER, "Анна", "", "no password was given"),
        ("nobody", OFFICER, "Анна", "nobody-nobody", "password: it is guessed too easily"),
        ("nobody", OFFICER, "Анна", "qwertyuiop123", "password: it is guessed too easily"),
    ],
)
async def test_an_account_that_cannot_be_is_not_made_and_the_operator_reads_why(
    operator: Operator, login: str, options: tuple[str, ...], name: str, given: str, sentence: str
) -> None:
    refused = await operator.adds(login, *options, name=name, given=given)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert sentence in refused.stderr
    assert await operator.accounts.get(login) is None


async def test_all_that_is_wrong_is_said_at_once(operator: Operator) -> None:
    refused = await operator.adds("A", "--role", "officer", name="")
    assert refused.stderr.count(": ") == 3


async def test_a_role_that_does_not_exist_is_answered_with_those_that_do(operator: Operator) -> None:
    refused = await operator.adds("nobody", "--role", "mayor")
    assert refused.exit_code == 2
    assert "officer" in refused.stderr
    assert await operator.accounts.get("nobody") is None


async def test_a_password_is_changed_to_one_that_is_long_enough(operator: Operator) -> None:
    await operator.adds("boris")
    short = await operator.types("password", "boris", given="short\n")
    assert short.exit_code == 1
    assert await operator.password_counts("boris", PASSWORD)
    changed = await operator.types("password", "boris", given="the second password\n")
    assert (changed.exit_code, changed.stdout) == (0, "boris has a new password and must sign in again\n")
    assert await operator.password_counts("boris", "the second password")
    assert not await operator.password_counts("boris", PASSWORD)


async def test_rights_are_replaced_by_those_that_can_be(operator: Operator) -> None:
    await operator.adds("carol")
    impossible = await operator.types("rights", "carol", "--role", "officer", "--department", "moon")
    assert (impossible.exit_code, impossible.stderr) == (1, "department moon: not in the directory\n")
    replaced = await operator.types("rights", "carol", "--role", "poll_admin")
    assert (replaced.exit_code, replaced.stdout) == (0, "carol has other rights and must sign in again\n")
    account = await operator.accounts.get("carol")
    assert account is not None
    assert (account.roles, account.departments) == (frozenset({"poll_admin"}), ())


async def test_a_disabled_account_stays_in_the_list(operator: Operator) -> None:
    await operator.adds("dora")
    disabled = await operator.types("disable", "dora")
    assert (disabled.exit_code, disabled.stdout) == (0, "dora may no longer sign in, and is signed out\n")
    assert "dora\tdisabled\tofficer\troads\t" in (await operator.types("list")).stdout


@pytest.mark.parametrize("command", [("password",), ("rights", "--role", "poll_admin"), ("disable",)])
async def test_an_account_that_does_not_exist_is_said_to_be_unknown(
    operator: Operator, command: tuple[str, ...]
) -> None:
    name, *options = command
    unknown = await operator.types(name, "nobody", *options, given=f"{PASSWORD}\n")
    assert (unknown.exit_code, unknown.stdout, unknown.stderr) == (1, "", "login: there is no such account\n")
