"""``python -m veche_routing staff``: an operator manages the accounts of staff; ``session-keys`` makes a key pair."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter

from veche_routing import SERVICE
from veche_routing.directory.commands import AccountService, SessionService
from veche_routing.directory.model import ROLES, NewAccount
from veche_routing.directory.problems import sentence_of
from veche_routing.directory.store import AccountStore, SessionStore
from veche_routing.packs.files import load_pack
from veche_routing.packs.rules import edition_of
from veche_routing.settings import Settings
from veche_shared.city import PackError, load_city
from veche_shared.clock import system_clock
from veche_shared.ids import new_id
from veche_shared.rejection import Rejected
from veche_shared.security.ended_sessions import EndedSessionStore
from veche_shared.security.key_pairs import new_key_pair
from veche_shared.security.passwords import Passwords
from veche_shared.security.roles import Role
from veche_shared.service.command_line import chosen
from veche_shared.service.database_command import on_database
from veche_shared.settings import load_settings
from veche_shared.storage.mongo import Mongo
from veche_shared.storage.unit_of_work import Transactions

T = TypeVar("T")
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What the person types to sign in.")]
RoleOption = Annotated[list[str], typer.Option("--role", metavar="|".join(ROLES), help="May be given several times.")]
DepartmentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--department",
        metavar="CODE",
        help="A department of the city pack, for an officer; may be given several times.",
    ),
]

staff = typer.Typer(help="Accounts of staff.", no_args_is_help=True, rich_markup_mode=None)


def session_keys() -> None:
    """Print a new key pair as settings: the signing key is for routing alone, the public key for every service."""
    pair = new_key_pair()
    typer.echo(f"VECHE_SESSIONS__SIGNING_KEY={pair.private}")
    typer.echo(f"VECHE_SESSIONS__PUBLIC_KEYS={pair.public}")


@staff.command()
def add(
    login: Login,
    *,
    name: Annotated[str, typer.Option(help="The person's name, as colleagues see it.")],
    role: RoleOption,
    department: DepartmentOption = None,
) -> None:
    """Make an account. The password is asked for, or read from the first line of the input."""
    account = NewAccount(login, name, _roles(role), tuple(department or ()))
    password = _password()
    _run(lambda accounts: accounts.add(account, password))
    typer.echo(f"{login} may sign in")


@staff.command("list")
def list_accounts() -> None:
    """Print every account: login, state, roles, departments, name, separated by tabs."""
    for account in _run(lambda service: service.accounts.all()):
        state = "disabled" if account.disabled_at else "active"
        roles, departments = ",".join(sorted(account.roles)), ",".join(account.departments)
        typer.echo(f"{account.login}\t{state}\t{roles}\t{departments}\t{account.name}")


@staff.command()
def password(login: Login) -> None:
    """Set a new password: it is asked for, or read from the first line of the input. Sessions of the account end."""
    chosen_password = _password()
    _run(lambda accounts: accounts.change_password(login, chosen_password))
    typer.echo(f"{login} has a new password and must sign in again")


@staff.command()
def rights(login: Login, *, role: RoleOption, department: DepartmentOption = None) -> None:
    """Give an account these roles and departments in the place of those that it has. Its sessions end."""
    roles = _roles(role)
    _run(lambda accounts: accounts.change_rights(login, roles, tuple(department or ())))
    typer.echo(f"{login} has other rights and must sign in again")


@staff.command()
def disable(login: Login) -> None:
    """Let nobody sign in by an account any more. Its sessions end."""
    _run(lambda accounts: accounts.disable(login))
    typer.echo(f"{login} may no longer sign in, and is signed out")


def _roles(names: Sequence[str]) -> frozenset[Role]:
    return frozenset(chosen(TypeAdapter(list[Role]), names, "--role", ROLES))


def _run(work: Callable[[AccountService], Awaitable[T | Rejected | Sequence[Rejected]]]) -> T:
    """Run ``work`` on the database that the settings name; ends the command with 1 where it cannot be done."""
    settings = load_settings(Settings)
    try:
        city = load_city(settings.city.pack)
        departments = edition_of(load_pack(city), city.calendar.day_of(system_clock())).departments
    except PackError as error:
        raise _failed(str(error)) from error

    async def on_accounts(mongo: Mongo) -> T | Rejected | Sequence[Rejected]:
        # The relay of the service that runs finds what is to be published by itself.
        transactions = Transactions(mongo, wake=lambda: None)
        sessions = SessionService(transactions, SessionStore(mongo), EndedSessionStore(mongo), system_clock, new_id)
        return await work(
            AccountService(transactions, AccountStore(mongo), sessions, Passwords(), system_clock, departments.keys())
        )

    done = on_database(SERVICE, settings, on_accounts)
    if isinstance(done, Rejected):
        raise _failed(sentence_of(done))
    if isinstance(done, list) and done and all(isinstance(one, Rejected) for one in done):
        raise _failed("; ".join(map(sentence_of, done)))
    return done  # type: ignore[return-value] # rejections are handled above


def _failed(why: str) -> typer.Exit:
    typer.echo(why, err=True)
    return typer.Exit(1)


def _password() -> str:
    """Asked for in a terminal, else the first line of the input; never an argument, which others can see."""
    password = _typed()
    if not password:
        raise _failed("no password was given: type it, or write it on the first line of the input")
    if not _is_text(password):
        raise _failed("password: it is no UTF-8 text")
    return password


def _typed() -> str:
    if sys.stdin is None:  # it was closed
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise _failed("the two passwords differ")
    return password


def _is_text(given: str) -> bool:
    """Whether the bytes that were read were those of a text; Python hands on others as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in given)
