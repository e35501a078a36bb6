"""A member of staff's account. Pure types."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from veche_shared.security.roles import Role

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
ROLES: tuple[Role, ...] = get_args(Role)


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
    disabled_at: datetime | None = None
