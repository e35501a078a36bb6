"""How a rule says no: one value that every edge can turn into its own words. Pure.

A rule returns its result or a :class:`Rejected`. The HTTP edge looks the code up in the slice's table of problems; a
page words it by the message ``rejected-<code>`` of the slice's catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why something cannot be done.

    ``code`` is stable and names the reason for programs (``snake_case``); ``field`` is a JSON pointer (RFC 6901) to
    what is wrong, None where it is the state of the thing. ``parameters`` complete the sentence that a person reads;
    they never repeat what a person typed.
    """

    code: str
    field: str | None = None
    parameters: Mapping[str, str | int] = default(default_factory=dict)

    @property
    def message_id(self) -> str:
        """Id of the sentence in the catalogue."""
        return f"rejected-{self.code.replace('_', '-')}"


__all__ = ["Rejected"]
