"""The keys of the tests: one set a process, and what each service gets of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from deploy.checks.settings_names import groups_of
from veche_local.keys import InstallationKeys, new_keys
from veche_routing.directory.model import Account, Session
from veche_routing.directory.rules import new_session
from veche_routing.directory.session_cookie import SessionCookie
from veche_shared.clock import system_clock
from veche_shared.ids import new_id
from veche_shared.security.sessions import LIFETIME, Role
from veche_shared.settings import SessionSettings

KEYS: Final = new_keys()
SESSIONS: Final = SessionSettings(public_keys=(KEYS.session_public,))


def settings_with_keys(service: str, **groups: Mapping[str, object] | object) -> dict[str, object]:
    """Settings of a service as nested values: its keys, plain HTTP, and ``groups``, which may add to both."""
    own: dict[str, dict[str, object]] = {"http": {"secure_cookies": False}, **groups_of(KEYS.environment(service))}
    merged = {
        name: {**own.get(name, {}), **given} if isinstance(given, Mapping) else given for name, given in groups.items()
    }
    return {**own, **merged}


def bearer(key: str) -> dict[str, str]:
    """The header by which an internal caller shows its key."""
    return {"Authorization": f"Bearer {key}"}


def a_session(
    *roles: Role,
    login: str = "tests",
    name: str = "Тест Тестов",
    departments: Sequence[str] = (),
    now: datetime | None = None,
) -> tuple[Account, Session]:
    """Somebody with these roles who has signed in; routing knows the session only if it is stored there."""
    now = now or system_clock()
    account = Account(login, name, "no hash", frozenset(roles), tuple(departments), now)
    return account, new_session(account, new_id(), "program", now, LIFETIME)


def token_of(account: Account, session: Session, keys: InstallationKeys = KEYS) -> str:
    """The value of the session cookie, as routing signs it."""
    return SessionCookie(SecretStr(keys.session_signing), secure=False).token(account, session)


def a_token(*roles: Role, login: str = "tests", name: str = "Тест Тестов", departments: Sequence[str] = ()) -> str:
    """The session cookie of somebody with these roles, for every service but routing."""
    return token_of(*a_session(*roles, login=login, name=name, departments=departments))
