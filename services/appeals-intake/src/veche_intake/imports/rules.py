"""How a file of appeals is read: no clock, no database, no framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, get_args
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from veche_intake.appeals.model import NewAppeal
from veche_intake.imports.model import Delimiter, ImportOptions, Plan, RowFault, Target

TARGETS: Final[tuple[Target, ...]] = get_args(Target)
DELIMITERS: Final[tuple[Delimiter, ...]] = get_args(Delimiter)

_JOINED_BY: Final[Mapping[Target, str]] = {"text": "\n", "address": ", "}
_PLACE: Final[tuple[Target, ...]] = ("address", "district", "latitude", "longitude")
_AUTHOR: Final[tuple[Target, ...]] = ("name", "email", "phone")


class UnknownColumnError(LookupError):
    """The options name a column that the file has not, or no column holds the text."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self.target = target


def delimiter_of(header: str) -> Delimiter:
    """The delimiter that a header line uses outside of quotes; the comma where it has one column."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=lambda delimiter: (bare.count(delimiter), delimiter == ","))


def plan_of(header: Sequence[str], options: ImportOptions) -> Plan:
    """Where each target stands; raises UnknownColumnError."""
    places = {name.strip().casefold(): at for at, name in reversed(list(enumerate(header)))}
    columns = options.columns or {target: target for target in TARGETS if target in places}
    plan: Plan = {}
    for target, named in columns.items():
        wanted = [named] if isinstance(named, str) else named
        try:
            plan[target] = tuple(places[column.strip().casefold()] for column in wanted)
        except KeyError:
            raise UnknownColumnError(target) from None
    if "text" not in plan:
        raise UnknownColumnError("text")
    return plan


def moment_of(text: str, formats: Sequence[str], zone: ZoneInfo) -> datetime | None:
    """The moment that a cell tells, in ISO 8601 or one of ``formats``; without a zone it is the city's.

    None where it can be read in no way.
    """
    for form in (None, *formats):
        try:
            moment = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return None


def appeal_of(
    row: Sequence[str], width: int, plan: Plan, options: ImportOptions, zone: ZoneInfo
) -> NewAppeal | RowFault:
    """The appeal that a row holds, or why it holds none. ``width`` is the header's number of columns."""
    if len(row) != width:
        return RowFault("wrong_columns", f"The row has {len(row)} columns and the header {width}.")
    cells = {
        target: _JOINED_BY.get(target, " ").join(cell for at in places if (cell := row[at].strip()))
        for target, places in plan.items()
    }
    given: dict[str, object] = {"text": cells["text"]}
    given.update({name: cells[name] for name in ("external_id", "topic_hint") if cells.get(name)})
    for name, targets in (("place", _PLACE), ("author", _AUTHOR)):
        part = {target: _number(target, cells[target]) for target in targets if cells.get(target)}
        if part:
            given[name] = part
    if cells.get("received_at"):
        moment = moment_of(cells["received_at"], options.dates, zone)
        if moment is None:
            return RowFault("invalid_moment", "Give the format of the dates in options.dates.", "received_at")
        given["received_at"] = moment
    try:
        return NewAppeal.model_validate(given)
    except ValidationError as error:
        return _fault(error)


def _number(target: Target, cell: str) -> str:
    return cell.replace(",", ".") if target in {"latitude", "longitude"} else cell


def _fault(error: ValidationError) -> RowFault:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = next((target for target in TARGETS if first["loc"] and first["loc"][-1] == target), None)
    words = first["msg"]
    return RowFault(first["type"], f"{words[:1].upper()}{words[1:]}.", where)
