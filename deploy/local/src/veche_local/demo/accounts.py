"""The demo accounts of a city pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veche_routing.packs.files import load_pack
from veche_shared.city import DEFAULT_PACK, load_city


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account: its login, and whose it is."""

    login: str
    name: str


def demo_accounts(environ: Mapping[str, str]) -> tuple[DemoAccount, ...]:
    """The accounts that the pack lists, then an officer of each department. Raises PackError for an invalid pack."""
    pack = load_pack(load_city(environ.get("VECHE_CITY__PACK") or DEFAULT_PACK))
    accounts = [DemoAccount(account.login, account.name) for account in pack.staff]
    officers = [DemoAccount(unit.code, unit.name) for unit in pack.departments if unit.kind != "triage"]
    return (*accounts, *officers)
