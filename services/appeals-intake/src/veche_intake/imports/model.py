"""What a file of appeals is read by, and what is told of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from veche_intake.appeals.model import Given

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


class ImportOptions(Given):
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
    dates: list[Annotated[str, StringConstraints(max_length=60)]] = Field(default_factory=list, max_length=10)


Plan = dict[Target, tuple[int, ...]]
"""Where in a row each target stands."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was not stored: a stable code, the target that it is about, and what to do."""

    code: str
    detail: str
    target: Target | None = None


class RowReport(BaseModel):
    """What became of one row. ``row`` counts the rows after the header from 1, ``line`` the lines of the file."""

    row: int
    line: int
    result: Literal["accepted", "duplicate", "rejected", "not_stored"]
    number: str | None = None
    code: str | None = None
    detail: str | None = None
    column: str | None = None


class ImportSummary(BaseModel):
    """The last line of the report; the four counts add up to ``rows``."""

    file_digest: str = Field(description="SHA-256 of the file")
    encoding: Encoding
    delimiter: Delimiter
    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    not_stored: int = 0


class ReportLine(BaseModel):
    """One line of the report (application/x-ndjson): a row or, at the end, the summary."""

    row: RowReport | None = None
    summary: ImportSummary | None = None
