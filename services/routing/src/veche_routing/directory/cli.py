"""``staff add|list|password|disable``: the accounts, from the command line of the operator."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence

from veche_routing.bootstrap import connect
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
from veche_shared.settings import load_settings


def run_staff(arguments: Sequence[str]) -> int:
    """Do what the command line asks; 0 where it is done, 1 with a sentence on stderr where not."""
    asked = _parser().parse_args(arguments)
    settings = load_settings(Settings)
    try:
        told = asyncio.run(_do(asked, settings))
    except (AccountError, PackError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(told)
    return 0


async def _do(asked: argparse.Namespace, settings: Settings) -> str:
    city = load_city(settings.city.pack)
    today = city.calendar.day_of(system_clock())
    mongo = connect(settings)
    try:
        accounts = Accounts(mongo)
        staff = Staff(accounts, Passwords(), system_clock, edition_of(load_pack(city), today).departments.keys())
        if asked.action == "list":
            return "".join(
                f"{account.login}\t{'disabled' if account.disabled_at else 'active'}\t"
                f"{','.join(sorted(account.roles))}\t{','.join(account.departments)}\t{account.name}\n"
                for account in await accounts.all()
            )
        if asked.action == "add":
            opening = Opening(asked.login, asked.name, frozenset(asked.role), tuple(asked.department))
            await staff.add(opening, _password())
            return f"{asked.login} may sign in\n"
        if asked.action == "password":
            await staff.change_password(asked.login, _password())
            return f"{asked.login} has a new password\n"
        await staff.disable(asked.login)
        return f"{asked.login} may no longer sign in; an open session ends within 12 hours\n"
    finally:
        await mongo.close()


def _password() -> str:
    """Asked for where a person sits there, else the first line of the input: never an argument that others can see."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise AccountError("the two passwords differ")
    return password


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m veche_routing staff", description="Accounts of staff.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="every account: login, state, roles, departments, name")
    add = actions.add_parser("add", help="make an account; the password is asked for, or read from the input")
    add.add_argument("login")
    add.add_argument("--name", required=True, help="as colleagues see it")
    add.add_argument("--role", action="append", required=True, choices=ROLES)
    add.add_argument("--department", action="append", default=[], metavar="CODE")
    for action, text in (("password", "give a new password"), ("disable", "let nobody in by this account any more")):
        actions.add_parser(action, help=text).add_argument("login")
    return parser
