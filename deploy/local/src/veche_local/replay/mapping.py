"""From the rows of a history file to appeals, by a column mapping that the operator writes. Pure."""

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

from veche_local.problems import MachineError


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


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AppealColumns(_Part):
    """Which column of the file holds which field of an appeal; only the text must be there."""

    text: Column
    external_id: Column | None = None
    received_at: Column | None = None
    topic_hint: Column | None = None
    address: Column | None = None
    district: Column | None = None
    latitude: Column | None = None
    longitude: Column | None = None


class PackColumns(_Part):
    """Which columns tell what the city is made of, for a pack made from its own history."""

    topic: Column
    category: Column
    district: Column
    executor: Column


class PackNames(_Part):
    """What a pack made from history is called."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    time_zone: Zone = "Europe/Moscow"


class ReplayMap(_Part):
    """How to read one history file.

    ``time_zone`` is that of moments written without one; ``date_format`` is how they are written (as ``strptime`` takes
    it), ISO 8601 where it is absent.
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
        """The encoding as Python reads it: a mark at the start of a UTF-8 file is no part of the first column."""
        return "utf-8-sig" if codecs.lookup(self.encoding).name == "utf-8" else self.encoding


def load_map(path: Path) -> ReplayMap:
    """Read a mapping from TOML. Raises MachineError that says what is wrong and where."""
    try:
        return ReplayMap.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise MachineError(
            f"The mapping {path} cannot be read: {error.strerror}.", "Give the path of a TOML file."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise MachineError(f"The mapping {path} is not TOML: {error}.", "See docs/replay.md for an example.") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise MachineError(f"The mapping {path} is wrong: {faults}.", "See docs/replay.md for the fields.") from error


def missing_columns(plan: ReplayMap, header: list[str]) -> list[str]:
    """The columns that the mapping names and the file lacks."""
    named = [*plan.appeal.model_dump(exclude_none=True).values()]
    if plan.pack is not None:
        named += plan.pack.model_dump().values()
    return [column for column in dict.fromkeys(named) if column not in header]


def appeal_of(plan: ReplayMap, row: Mapping[str, str]) -> dict[str, object]:
    """The body that the HTTP door takes for one row; empty cells are left out, nothing is corrected.

    A date that cannot be read is passed on as it is, so that the door refuses the row and says why.
    """
    columns = plan.appeal

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
        "received_at": _moment(cell(columns.received_at), plan),
        "place": known or None,
    }
    return body | {name: value for name, value in fields.items() if value is not None}


def _moment(written: str | None, plan: ReplayMap) -> str | None:
    if written is None:
        return None
    try:
        # a moment without a zone gets the city's in the next line
        moment = (
            datetime.strptime(written, plan.date_format)  # noqa: DTZ007
            if plan.date_format
            else datetime.fromisoformat(written)
        )
    except ValueError:
        return written
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(plan.time_zone))).isoformat()


def _number(written: str | None) -> float | str | None:
    if written is None:
        return None
    try:
        number = float(written.replace(",", "."))
    except ValueError:
        return written
    return number if math.isfinite(number) else written  # JSON has no «nan»
