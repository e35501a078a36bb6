"""`veche key` and `veche staff`: the services' own command lines, run with the environment of this installation."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from veche_local import control
from veche_local.console import EXIT_NOT_RUNNING, console, reported_errors
from veche_local.errors import CommandError
from veche_local.home import Home

key = typer.Typer(
    help="Keys by which programs send appeals and votes for a channel.", no_args_is_help=True, rich_markup_mode=None
)
staff = typer.Typer(help="Accounts by which staff sign in.", no_args_is_help=True, rich_markup_mode=None)

RoleOption = Annotated[
    list[str],
    typer.Option(
        "--role", metavar="ROLE", help="officer, coordinator, poll_admin or operator; may be given several times."
    ),
]
DepartmentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--department",
        metavar="CODE",
        help="A department of the city pack, for an officer; may be given several times.",
    ),
]
Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What the person types to sign in.")]


@key.command("create")
def create_key(
    *,
    channel: Annotated[str, typer.Option(metavar="CODE", help="The channel of the key, for example vk.")],
    scope: Annotated[
        list[str],
        typer.Option(metavar="SCOPE", help="appeals:write, votes:write or imports:write; may be given several times."),
    ],
    name: Annotated[str, typer.Option(metavar="TEXT", help="Who holds the key.")] = "",
) -> None:
    """Make a key and print it.

    It is shown this once, and works at once.
    """
    scopes = [part for each in scope for part in ("--scope", each)]
    _run("intake", "keys", "create", "--channel", channel, *scopes, "--name", name)


@key.command("list")
def list_keys() -> None:
    """Print all keys without their secrets.

    A line each: id, channel, scopes, state, holder, separated by tabs.
    """
    _run("intake", "keys", "list")


@key.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The first column of `veche key list`.")],
) -> None:
    """Revoke a key for good.

    After ten seconds at most no process accepts it.
    """
    _run("intake", "keys", "revoke", "--", key_id)


@staff.command("add")
def add_account(
    login: Login,
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="The name that colleagues see.")],
    role: RoleOption,
    department: DepartmentOption = None,
) -> None:
    """Make an account.

    The password is asked for, or read from the first line of the input where that is no terminal.
    """
    _run("routing", "staff", "add", "--name", name, *_rights(role, department), "--", login)


@staff.command("list")
def list_accounts() -> None:
    """Print all accounts.

    A line each: login, state, roles, departments, name, separated by tabs.
    """
    _run("routing", "staff", "list")


@staff.command("rights")
def change_rights(login: Login, *, role: RoleOption, department: DepartmentOption = None) -> None:
    """Give an account these roles and departments in the place of those that it has.

    Whoever is signed in by it must sign in again.
    """
    _run("routing", "staff", "rights", *_rights(role, department), "--", login)


@staff.command("disable")
def disable_account(login: Login) -> None:
    """Let nobody sign in by an account any more.

    Whoever is signed in by it is signed out.
    """
    _run("routing", "staff", "disable", "--", login)


@staff.command("password")
def change_password(login: Login) -> None:
    """Set a new password.

    It is asked for, or read from the first line of the input where that is no terminal. Whoever is signed in by the
    account must sign in again.
    """
    _run("routing", "staff", "password", "--", login)


def _rights(roles: Sequence[str], departments: Sequence[str] | None) -> list[str]:
    return [
        *(part for role in roles for part in ("--role", role)),
        *(part for code in departments or () for part in ("--department", code)),
    ]


def _run(service: str, *arguments: str) -> None:
    """Runs a command of a service and ends with its exit code; 3 where no installation runs."""
    home = Home.of(os.environ)
    if control.running_snapshot(home) is None:
        console.print("Veche does not run. Start it with `veche up`.")
        raise typer.Exit(EXIT_NOT_RUNNING)
    with reported_errors():
        environment = home.read_environments().get(service)
        if environment is None:
            raise CommandError(
                f"How {service} was started is not known.", "Run `veche down` and `veche up`, then try again."
            )
    done = subprocess.run(
        [sys.executable, "-m", f"veche_{service}", *arguments], env={**os.environ, **environment}, check=False
    )
    raise typer.Exit(done.returncode)
