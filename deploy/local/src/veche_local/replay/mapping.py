"""Turns rows of a history file into appeals by a mapping of columns. Only `load_mapping` reads a file."""

from __future__ import annotations

import codecs
import math
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from veche_local.errors import CommandError


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error
    return name


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValueError(f"unknown encoding {name!r}") from error
    return name


Column = Annotated[str, Field(min_length=1)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AppealColumns(_Strict):
    """The column of each field of an appeal; only that of the text is required."""

    text: Column
    external_id: Column | None = None
    received_at: Column | None = None
    topic_hint: Column | None = None
    address: Column | None = None
    district: Column | None = None
    latitude: Column | None = None
    longitude: Column | None = None


class PackColumns(_Strict):
    """The columns from which a city pack is generated."""

    topic: Column
    category: Column
    district: Column
    executor: Column


class PackNames(_Strict):
    """Code, name and time zone of a generated pack."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    time_zone: Zone = "Europe/Moscow"


class ReplayMapping(_Strict):
    """How to read a history file.

    ``time_zone`` is that of times without one; ``date_format`` is the format of times (for ``strptime``), ISO 8601 by
    default.
    """

    time_zone: Zone = "Europe/Moscow"
    date_format: Annotated[str, Field(min_length=1)] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    encoding: Encoding = "utf-8"
    appeal: AppealColumns
    pack: PackColumns | None = None
    city: PackNames | None = None

    @property
    def codec(self) -> str:
        """The name of Python's codec; for UTF-8 the one that skips a byte order mark."""
        return "utf-8-sig" if codecs.lookup(self.encoding).name == "utf-8" else self.encoding


def load_mapping(path: Path) -> ReplayMapping:
    """Read a mapping from TOML. Raises CommandError that says what is wrong and where."""
    try:
        return ReplayMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise CommandError(
            f"The mapping {path} cannot be read: {error.strerror}.", "Give the path of a TOML file."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"The mapping {path} is not TOML: {error}.", "See docs/replay.md for an example.") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise CommandError(f"The mapping {path} is wrong: {faults}.", "See docs/replay.md for the fields.") from error


def missing_columns(mapping: ReplayMapping, header: list[str]) -> list[str]:
    """The columns that the mapping names and the header lacks."""
    named = [*mapping.appeal.model_dump(exclude_none=True).values()]
    if mapping.pack is not None:
        named += mapping.pack.model_dump().values()
    return [column for column in dict.fromkeys(named) if column not in header]


def appeal_of(mapping: ReplayMapping, row: Mapping[str, str]) -> dict[str, object]:
    """The body of the API request for one row, without empty cells.

    Nothing is corrected: a date or number that cannot be read is sent as it is, so that the API rejects it and says
    why.
    """
    columns = mapping.appeal

    def cell(column: str | None) -> str | None:
        return (row.get(column) or None) if column is not None else None

    body: dict[str, object] = {"text": row.get(columns.text) or ""}
    place = {
        "address": cell(columns.address),
        "district": cell(columns.district),
        "latitude": _number(cell(columns.latitude)),
        "longitude": _number(cell(columns.longitude)),
    }
    known = {name: value for name, value in place.items() if value is not None}
    fields = {
        "external_id": cell(columns.external_id),
        "topic_hint": cell(columns.topic_hint),
        "received_at": _moment(cell(columns.received_at), mapping),
        "place": known or None,
    }
    return body | {name: value for name, value in fields.items() if value is not None}


def _moment(written: str | None, mapping: ReplayMapping) -> str | None:
    if written is None:
        return None
    try:
        # a time without a zone gets the mapping's below
        moment = (
            datetime.strptime(written, mapping.date_format)  # noqa: DTZ007
            if mapping.date_format
            else datetime.fromisoformat(written)
        )
    except ValueError:
        return written
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(mapping.time_zone))).isoformat()


def _number(written: str | None) -> float | str | None:
    if written is None:
        return None
    try:
        number = float(written.replace(",", "."))
    except ValueError:
        return written
    return number if math.isfinite(number) else written  # JSON has no NaN
