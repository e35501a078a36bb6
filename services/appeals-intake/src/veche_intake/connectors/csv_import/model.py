"""How a file of appeals is read, and what becomes of its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from veche_intake.appeals.model import AppealReceipt, AppealRejection
from veche_intake.submissions.model import NotStored, StrictModel
from veche_shared.idempotency.model import Accepted
from veche_shared.rejection import Rejected

Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Target = Literal[
    "text",
    "external_id",
    "received_at",
    "address",
    "district",
    "latitude",
    "longitude",
    "topic_hint",
    "name",
    "email",
    "phone",
]
Encoding = Literal["utf-8", "cp1251"]
Delimiter = Literal[",", ";", "\t", "|"]

FileRejection = Literal["empty_file", "invalid_header", "unknown_column"]
RowRejection = Literal[AppealRejection, "wrong_columns", "invalid_moment", "invalid_csv", "too_many_rows"]
"""The codes of why a row is not stored, beside those of an appeal that is not valid."""


_DIRECTIVE: Final = re.compile(r"%(.?)", re.DOTALL)
_PARTS_OF_A_MOMENT: Final = frozenset("aAbBdfHIjmMpSuUVwWyYGzZ")


def _date_format(form: str) -> str:
    """``form`` as it is. Raises PydanticCustomError invalid_date_format.

    Each part stands in it once: of a format that names one twice strptime makes a pattern that is none.
    """
    parts = [part for part in _DIRECTIVE.findall(form) if part != "%"]
    if len(set(parts)) < len(parts) or not _PARTS_OF_A_MOMENT.issuperset(parts):
        raise PydanticCustomError(
            "invalid_date_format", "must be a format like %d.%m.%Y %H:%M, with each part of the moment once"
        )
    return form


DateFormat = Annotated[str, StringConstraints(max_length=60), AfterValidator(_date_format)]
"""A format of strptime, in which no part stands twice."""


class ImportOptions(StrictModel):
    """How to read a file; what is left out is found out.

    ``columns`` says which columns become what: one, or several that are joined. Without it the columns must be named
    like the targets. ``dates`` are formats of ``received_at`` as in strptime, tried after ISO 8601; a date without a
    zone is the city's.
    """

    columns: dict[Target, Column | Annotated[list[Column], Field(min_length=1, max_length=20)]] = Field(
        default_factory=dict
    )
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    dates: list[DateFormat] = Field(default_factory=list, max_length=10)


Plan = dict[Target, tuple[int, ...]]
"""Where in a row each target is found."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row. ``row`` counts the rows after the header from 1, ``line`` is the line on which it begins.

    ``column`` is the name of the column that a rejection is about.
    """

    row: int
    line: int
    outcome: Accepted[AppealReceipt] | Rejected | NotStored
    column: str | None = None
