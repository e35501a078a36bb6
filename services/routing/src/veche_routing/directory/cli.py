"""``python -m veche_routing staff``: an operator manages the accounts of staff."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter

from veche_routing import SERVICE
from veche_routing.directory.commands import AccountError, Staff
from veche_routing.directory.model import ROLES
from veche_routing.directory.rules import Opening
from veche_routing.directory.store import Accounts
from veche_routing.packs.files import load_pack
from veche_routing.packs.rules import edition_of
from veche_routing.settings import Settings
from veche_shared.city import PackError, load_city
from veche_shared.clock import system_clock
from veche_shared.security.passwords import Passwords
from veche_shared.security.roles import Role
from veche_shared.service.command_line import chosen
from veche_shared.service.context import database_of
from veche_shared.settings import load_settings

T = TypeVar("T")
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What the person types to sign in.")]

staff = typer.Typer(help="Accounts of staff.", no_args_is_help=True, rich_markup_mode=None)


@staff.command()
def add(
    login: Login,
    *,
    name: Annotated[str, typer.Option(help="The person's name, as colleagues see it.")],
    role: Annotated[list[str], typer.Option(metavar="|".join(ROLES), help="May be given several times.")],
    department: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="A department of the city pack, for an officer; may be given several times."),
    ] = None,
) -> None:
    """Make an account. The password is asked for, or read from the first line of the input."""
    roles = frozenset(chosen(TypeAdapter(list[Role]), role, "--role", ROLES))
    opening = Opening(login, name, roles, tuple(department or ()))
    _run(lambda accounts: accounts.add(opening, _password()))
    typer.echo(f"{login} may sign in")


@staff.command("list")
def list_accounts() -> None:
    """Print every account: login, state, roles, departments, name, separated by tabs."""
    for account in _run(lambda accounts: accounts.accounts.all()):
        state = "disabled" if account.disabled_at else "active"
        roles, departments = ",".join(sorted(account.roles)), ",".join(account.departments)
        typer.echo(f"{account.login}\t{state}\t{roles}\t{departments}\t{account.name}")


@staff.command()
def password(login: Login) -> None:
    """Set a new password: it is asked for, or read from the first line of the input."""
    _run(lambda accounts: accounts.change_password(login, _password()))
    typer.echo(f"{login} has a new password")


@staff.command()
def disable(login: Login) -> None:
    """Let nobody sign in by an account any more."""
    _run(lambda accounts: accounts.disable(login))
    typer.echo(f"{login} may no longer sign in; an open session ends within 12 hours")


def _run(work: Callable[[Staff], Awaitable[T]]) -> T:
    """Run ``work`` on the database that the settings name; ends the command with 1 where it cannot be done."""
    settings = load_settings(Settings)

    async def run() -> T:
        city = load_city(settings.city.pack)
        departments = edition_of(load_pack(city), city.calendar.day_of(system_clock())).departments
        mongo = database_of(SERVICE, settings)
        try:
            return await work(Staff(Accounts(mongo), Passwords(), system_clock, departments.keys()))
        finally:
            await mongo.close()

    try:
        return asyncio.run(run())
    except (AccountError, PackError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _password() -> str:
    """Asked for in a terminal, else the first line of the input; never an argument, which others can see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise AccountError("the two passwords differ")
    return password
