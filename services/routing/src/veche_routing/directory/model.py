"""A member of staff's account, and the sessions in which they work. Pure types."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args

from veche_shared.security.roles import Role

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
ROLES: Final[tuple[Role, ...]] = get_args(Role)

ClientKind = Literal["browser", "program"]
"""What signed in, as its User-Agent says. More of that header is not kept."""

EndReason = Literal["signed_out", "password_changed", "rights_changed", "account_disabled"]
"""Why a session was ended before its time."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to be made, before its password is hashed."""

    login: str
    name: str
    roles: frozenset[Role]
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """``login`` is what the person types; ``departments`` are codes of those for which an officer acts.

    ``disabled_at``: since then the account lets nobody in; what it did stays in the histories.
    """

    login: str
    name: str
    password: str = field(repr=False)
    roles: frozenset[Role]
    departments: tuple[str, ...]
    created_at: datetime
    version: int = 1
    signed_in_at: datetime | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """From a sign-in until ``expires_at``, or until it is ended before, for a reason."""

    id: str
    account: str
    client: ClientKind
    created_at: datetime
    expires_at: datetime
    version: int = 1
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
