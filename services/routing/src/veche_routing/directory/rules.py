"""What an account must be, and which sessions live. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeGuard

from veche_routing.directory.model import LOGIN, ROLES, Account, ClientKind, EndReason, NewAccount, Session
from veche_routing.packs.model import Department, Pack
from veche_shared.rejection import Rejected
from veche_shared.security.roles import Role

UNKNOWN_LOGIN: Final = Rejected("login_unknown", "/login")
LOGIN_TAKEN: Final = Rejected("login_taken", "/login")
WRONG_CREDENTIALS: Final = Rejected("wrong_credentials")
WRONG_CURRENT_PASSWORD: Final = Rejected("wrong_current_password", "/current")
PASSWORD_UNCHANGED: Final = Rejected("password_unchanged", "/password")
PASSWORDS_DIFFER: Final = Rejected("passwords_differ", "/again")
UNKNOWN_SESSION: Final = Rejected("session_unknown")


def throttled(seconds: int) -> Rejected:
    """Too many failed sign-ins: wait so many seconds."""
    return Rejected("sign_in_throttled", parameters={"retry_after": seconds, "minutes": max(1, round(seconds / 60))})


def account_faults(new: NewAccount, departments: Collection[str]) -> list[Rejected]:
    """All that is wrong with an account that is to be made; ``departments`` are the codes that exist."""
    found: list[Rejected] = []
    if LOGIN.fullmatch(new.login) is None:
        found.append(Rejected("login_malformed", "/login"))
    if not new.name.strip():
        found.append(Rejected("name_missing", "/name"))
    return [*found, *rights_faults(new.roles, new.departments, departments)]


def rights_faults(
    roles: Collection[Role], own_departments: Collection[str], departments: Collection[str]
) -> Iterator[Rejected]:
    """All that is wrong with what an account may do."""
    if not roles:
        yield Rejected("role_missing", "/roles", {"roles": ", ".join(ROLES)})
    if "officer" in roles and not own_departments:
        yield Rejected("department_missing", "/departments")
    for code in own_departments:
        if code not in departments:
            yield Rejected("department_unknown", "/departments", {"department": code})


def may_sign_in(account: Account | None) -> TypeGuard[Account]:
    """Whether there is such an account, and it is not disabled."""
    return account is not None and account.disabled_at is None


def new_session(account: Account, session_id: str, client: ClientKind, now: datetime, lifetime: timedelta) -> Session:
    """A session that begins now."""
    return Session(session_id, account.login, client, now, now + lifetime)


def is_live(session: Session | None, now: datetime) -> bool:
    """Whether somebody may act in this session."""
    return session is not None and session.ended_at is None and now < session.expires_at


def ended(session: Session, reason: EndReason, now: datetime) -> Session:
    """The session without the rest of its time."""
    return replace(session, version=session.version + 1, ended_at=now, end_reason=reason)


def client_kind(user_agent: str | None) -> ClientKind:
    """What sent a request; every browser calls itself Mozilla."""
    return "browser" if (user_agent or "").startswith("Mozilla/") else "program"


def demo_accounts(pack: Pack, departments: Mapping[str, Department]) -> list[NewAccount]:
    """The accounts of a demonstration: those that the pack lists, and an officer for each department that acts."""
    listed = [
        NewAccount(account.login, account.name, frozenset(account.roles), account.departments) for account in pack.staff
    ]
    officers = [
        NewAccount(department.code, department.name, frozenset({"officer"}), (department.code,))
        for department in departments.values()
        if department.kind == "department"
    ]
    taken = {new.login for new in listed}
    return [*listed, *(officer for officer in officers if officer.login not in taken)]
