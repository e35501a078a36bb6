"""Reads a city pack from its folder."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import yaml
from pydantic import ValidationError

from veche_routing.packs.model import WEEKDAYS, Pack
from veche_routing.packs.rules import problems_of
from veche_shared.calendar import ProductionCalendar, Shift, WorkingHours, with_overrides, years_of_russia

OWN_PACKS = Path(__file__).parent
FILES = ("departments", "topics", "territories", "streets", "responsibility", "terms", "staff")
OPTIONAL = frozenset({"territories", "streets", "staff"})


class PackError(Exception):
    """A pack that cannot be used; ``faults`` says what is wrong and in which file, one sentence each."""

    def __init__(self, folder: Path, faults: list[str]) -> None:
        super().__init__("\n".join([f"The city pack {folder} cannot be used:", *(f"  {fault}" for fault in faults)]))
        self.faults = faults


def find_pack(name_or_path: str) -> Path:
    """The folder of a pack: a path where there is such a folder, else the name of a pack that comes with the service.

    Raises PackError where neither is there.
    """
    own = OWN_PACKS / name_or_path
    for folder in (Path(name_or_path), own):
        if (folder / "pack.yaml").is_file():
            return folder
    names = ", ".join(sorted(item.parent.name for item in OWN_PACKS.glob("*/pack.yaml")))
    raise PackError(Path(name_or_path), [f"no pack.yaml there; packs that come with the service: {names}"])


def load_pack(folder: Path) -> Pack:
    """Read and check the pack in ``folder``. Raises PackError with everything that is wrong with it."""
    content = dict(_mapping(folder, _parse(folder, "pack")))
    for name in FILES:
        if name in OPTIONAL and not (folder / f"{name}.yaml").exists():
            continue
        content[name] = _parse(folder, name) or []
    try:
        pack = Pack.model_validate(content)
    except ValidationError as error:
        raise PackError(folder, [_fault(problem["loc"], problem["msg"]) for problem in error.errors()]) from error
    if faults := problems_of(pack):
        raise PackError(folder, faults)
    return pack


def calendar_of(pack: Pack) -> ProductionCalendar:
    """The official years with the pack's own days. Raises PackError for a correction of a year that is not known."""
    try:
        return ProductionCalendar(with_overrides(years_of_russia(), pack.calendar))
    except ValueError as error:
        raise PackError(Path(pack.code), [f"pack.yaml, calendar: {error}"]) from error


def hours_of(pack: Pack) -> WorkingHours | None:
    """The administration's hours for terms that are counted in them; raises PackError where they make no sense."""
    hours = pack.working_hours
    if hours is None:
        return None
    try:
        return WorkingHours(
            zone=pack.zone,
            weekdays={WEEKDAYS.index(day): _shifts(stretches) for day, stretches in hours.weekdays.items()},
            transferred=_shifts(hours.transferred),
        )
    except ValueError as error:
        raise PackError(Path(pack.code), [f"pack.yaml, working_hours: {error}"]) from error


def _shifts(stretches: tuple[tuple[time, time], ...]) -> tuple[Shift, ...]:
    return tuple(Shift(begins, ends) for begins, ends in stretches)


def _parse(folder: Path, name: str) -> object:
    path = folder / f"{name}.yaml"
    try:
        with path.open(encoding="utf-8") as file:
            # The C loader builds the same plain values as SafeLoader, and a pack of a big city has tens of thousands.
            return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except FileNotFoundError as error:
        raise PackError(folder, [f"{path.name} is missing"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackError(folder, [f"{path.name}: {error}"]) from error


def _mapping(folder: Path, content: object) -> dict[str, object]:
    if not isinstance(content, dict):
        raise PackError(folder, ["pack.yaml: must hold fields, not a list"])
    return content


def _fault(location: tuple[int | str, ...], message: str) -> str:
    """«topics.yaml, entry 3, words: …»: what a person who edits the files can find."""
    if location and location[0] in FILES:
        place = [f"{location[0]}.yaml"]
        place += [f"entry {part + 1}" if isinstance(part, int) else part for part in location[1:]]
    else:
        place = ["pack.yaml", *(str(part) for part in location)]
    return f"{', '.join(place)}: {message}"
