"""Reads the files of a city pack that routing owns."""

from __future__ import annotations

from pydantic import ValidationError

from veche_routing.packs.model import Pack
from veche_routing.packs.rules import problems_of
from veche_shared.city import City, PackError, read_pack_file, validation_faults

MAIN_FILE = "routing"
FILES = ("departments", "topics", "territories", "streets", "responsibility", "terms", "staff")
OPTIONAL = frozenset({MAIN_FILE, "territories", "streets", "staff"})


def load_pack(city: City) -> Pack:
    """Read and check routing's part of the city's pack. Raises PackError with everything that is wrong with it."""
    folder = city.folder
    files = {
        name: read_pack_file(folder, name)
        for name in (MAIN_FILE, *FILES)
        if name not in OPTIONAL or (folder / f"{name}.yaml").exists()
    }
    fields = files.pop(MAIN_FILE, None) or {}
    if not isinstance(fields, dict):
        raise PackError(folder, [f"{MAIN_FILE}.yaml: must hold fields, not a list"])
    try:
        pack = Pack.model_validate({**fields, **{name: content or [] for name, content in files.items()}})
    except ValidationError as error:
        raise PackError(folder, validation_faults(error, MAIN_FILE, FILES)) from error
    if faults := problems_of(pack, working_hours=city.calendar.hours is not None):
        raise PackError(folder, faults)
    return pack
