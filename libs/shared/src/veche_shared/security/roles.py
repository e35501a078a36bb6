"""What a member of staff may be, by name. Pure."""

from __future__ import annotations

from typing import Literal

Role = Literal["officer", "coordinator", "poll_admin", "operator"]
"""officer: works on the cases of the own departments; coordinator: sees and routes all cases; poll_admin: holds polls;
operator: runs the system, sees no appeals."""
