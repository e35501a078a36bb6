"""How a file of appeals is read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, get_args
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from veche_intake.appeals.model import NewAppeal
from veche_intake.connectors.csv_import.model import Delimiter, ImportOptions, Plan, Target
from veche_shared.rejection import Rejected

TARGETS: Final[tuple[Target, ...]] = get_args(Target)
DELIMITERS: Final[tuple[Delimiter, ...]] = get_args(Delimiter)

LONGEST_MOMENT: Final = 100
"""Characters of a cell that may name a moment: strptime makes a pattern of the format, which must not read a text."""

_JOINED_BY: Final[Mapping[Target, str]] = {"text": "\n", "address": ", "}
_PLACE: Final[tuple[Target, ...]] = ("address", "district", "latitude", "longitude")
_AUTHOR: Final[tuple[Target, ...]] = ("name", "email", "phone")


def delimiter_of(header: str) -> Delimiter:
    """The delimiter that a header line uses outside of quotes; the comma where it has one column."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=lambda delimiter: (bare.count(delimiter), delimiter == ","))


def plan_of(header: Sequence[str], options: ImportOptions) -> Plan | Rejected:
    """Where each target is found.

    Rejected where the options name a column that the file does not have, or no column holds the text.
    """
    places = {name.strip().casefold(): at for at, name in reversed(list(enumerate(header)))}
    columns = options.columns or {target: target for target in TARGETS if target in places}
    plan: Plan = {}
    for target, named in columns.items():
        wanted = [named] if isinstance(named, str) else named
        try:
            plan[target] = tuple(places[column.strip().casefold()] for column in wanted)
        except KeyError:
            return _unknown_column(target)
    return plan if "text" in plan else _unknown_column("text")


def moment_of(text: str, formats: Sequence[str], zone: ZoneInfo) -> datetime | None:
    """The moment that a cell names, in ISO 8601 or one of ``formats``; without a zone it is the city's.

    None where it can be read in no way.
    """
    if len(text) > LONGEST_MOMENT:
        return None
    for form in (None, *formats):
        try:
            moment = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return None


def appeal_of(
    row: Sequence[str], width: int, plan: Plan, options: ImportOptions, zone: ZoneInfo
) -> NewAppeal | Rejected:
    """The appeal that a row holds, or why it holds none. ``width`` is the header's number of columns."""
    if len(row) != width:
        return Rejected("wrong_columns", parameters={"columns": len(row), "expected": width})
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
            return Rejected("invalid_moment", "/received_at")
        given["received_at"] = moment
    try:
        return NewAppeal.model_validate(given)
    except ValidationError as error:
        return _fault(error)


def column_of(rejected: Rejected, header: Sequence[str], plan: Plan) -> str | None:
    """The name of the column that a rejection of a row is about; None where it is about the whole row."""
    places = next((places for target, places in plan.items() if rejected.field == f"/{target}"), ())
    return header[places[0]] if places else None


def _number(target: Target, cell: str) -> str | float:
    """A cell that should be a number as one, where it is; the model refuses any other."""
    if target not in {"latitude", "longitude"}:
        return cell
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return cell


def _unknown_column(target: Target) -> Rejected:
    return Rejected("unknown_column", f"/columns/{target}")


def _fault(error: ValidationError) -> Rejected:
    """The first thing that is wrong with an appeal; the parameter ``message`` says what, in the validator's words."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = next((f"/{target}" for target in TARGETS if first["loc"] and first["loc"][-1] == target), None)
    words = first["msg"]
    return Rejected(first["type"], field, {"message": f"{words[:1].upper()}{words[1:]}."})
