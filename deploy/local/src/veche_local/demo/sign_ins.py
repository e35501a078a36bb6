"""The accounts of the demonstration, as the city pack names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veche_routing.packs.files import load_pack
from veche_shared.city import DEFAULT_PACK, load_city


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account: what to type, and who that is."""

    login: str
    who: str


def demo_sign_ins(environ: Mapping[str, str]) -> tuple[SignIn, ...]:
    """The pack's own accounts, then the officer of each department that acts. Raises PackError for an unusable pack."""
    pack = load_pack(load_city(environ.get("VECHE_CITY__PACK") or DEFAULT_PACK))
    accounts = [SignIn(account.login, account.name) for account in pack.staff]
    officers = [SignIn(unit.code, unit.name) for unit in pack.departments if unit.kind != "triage"]
    return (*accounts, *officers)
