"""Finds a city pack and reads its files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import yaml
from pydantic import ValidationError

from veche_city_packs import FOLDER
from veche_shared.city.model import City, CityFile, city_of
from veche_shared.configuration import ConfigurationError

DEFAULT_PACK = "dzerzhinsk"
MAIN_FILE = "pack"


class PackError(ConfigurationError):
    """A pack that cannot be used; ``faults`` says what is wrong and in which file, one sentence each."""

    def __init__(self, folder: Path, faults: list[str]) -> None:
        super().__init__("\n".join([f"The city pack {folder} cannot be used:", *(f"  {fault}" for fault in faults)]))
        self.faults = faults


def find_pack(name_or_path: str) -> Path:
    """The folder of a pack: a path where there is such a folder, else the name of a pack that comes with Veche.

    Raises PackError where neither is there.
    """
    for folder in (Path(name_or_path), FOLDER / name_or_path):
        if (folder / f"{MAIN_FILE}.yaml").is_file():
            return folder
    names = ", ".join(sorted(item.parent.name for item in FOLDER.glob(f"*/{MAIN_FILE}.yaml")))
    raise PackError(Path(name_or_path), [f"no {MAIN_FILE}.yaml there; packs that come with Veche: {names}"])


def load_city(name_or_path: str) -> City:
    """The city of a pack, from its pack.yaml. Raises PackError where there is none or where it is wrong."""
    folder = find_pack(name_or_path)
    try:
        return city_of(CityFile.model_validate(read_pack_file(folder, MAIN_FILE)), folder)
    except ValidationError as error:
        raise PackError(folder, validation_faults(error, MAIN_FILE)) from error
    except ValueError as error:
        raise PackError(folder, [f"{MAIN_FILE}.yaml, {error}"]) from error


def read_pack_file(folder: Path, name: str) -> object:
    """The content of ``name``.yaml as plain values, None for an empty file. Raises PackError if it cannot be read."""
    path = folder / f"{name}.yaml"
    try:
        with path.open(encoding="utf-8") as file:
            # The C loader builds the same plain values as SafeLoader, and the pack of a big city has tens of thousands.
            content: object = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except FileNotFoundError as error:
        raise PackError(folder, [f"{path.name} is missing"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackError(folder, [f"{path.name}: {error}"]) from error
    return content


def validation_faults(error: ValidationError, main_file: str, files: Collection[str] = ()) -> list[str]:
    """What is wrong, so that whoever edits the files finds it: «topics.yaml, entry 3, words: …».

    ``files`` are the fields of the validated model that are files of their own; all others stand in ``main_file``.
    """
    return [_fault(fault["loc"], fault["msg"], main_file, files) for fault in error.errors()]


def _fault(location: tuple[int | str, ...], message: str, main_file: str, files: Collection[str]) -> str:
    if location and location[0] in files:
        file, *path = location
    else:
        file, path = main_file, list(location)
    parts = [f"entry {part + 1}" if isinstance(part, int) else part for part in path]
    return f"{', '.join([f'{file}.yaml', *parts])}: {message}"


__all__ = ["DEFAULT_PACK", "PackError", "find_pack", "load_city", "read_pack_file", "validation_faults"]
