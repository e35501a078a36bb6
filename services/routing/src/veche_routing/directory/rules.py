"""What an account must be. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from veche_routing.directory.model import LOGIN, ROLES
from veche_routing.packs.model import Department, Pack, Role


@dataclass(frozen=True, slots=True)
class Opening:
    """An account that is to be made, before its password is hashed."""

    login: str
    name: str
    roles: frozenset[Role]
    departments: tuple[str, ...]


def faults_of(opening: Opening, departments: Collection[str]) -> list[str]:
    """What is wrong with an account that is to be made, one sentence each."""
    found: list[str] = []
    if LOGIN.fullmatch(opening.login) is None:
        found.append("login: lower-case Latin letters, digits, dot, dash or underscore, at most 64")
    if not opening.name.strip():
        found.append("name: say how the person is called")
    found += [f"role {role}: one of {', '.join(ROLES)}" for role in sorted(opening.roles - set(ROLES))]
    if not opening.roles:
        found.append(f"role: at least one of {', '.join(ROLES)}")
    if "officer" in opening.roles and not opening.departments:
        found.append("department: an officer needs at least one")
    found += [f"department {code}: not in the directory" for code in opening.departments if code not in departments]
    return found


def demo_accounts(pack: Pack, departments: Mapping[str, Department]) -> list[Opening]:
    """The accounts of a demonstration: those that the pack lists, and an officer for each department that acts."""
    listed = [
        Opening(account.login, account.name, frozenset(account.roles), account.departments) for account in pack.staff
    ]
    officers = [
        Opening(department.code, department.name, frozenset({"officer"}), (department.code,))
        for department in departments.values()
        if department.kind == "department"
    ]
    taken = {opening.login for opening in listed}
    return [*listed, *(officer for officer in officers if officer.login not in taken)]
