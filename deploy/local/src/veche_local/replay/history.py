"""Reads a history file: CSV, plain or gzipped, in the encoding and with the columns that the mapping names."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from veche_local.problems import MachineError
from veche_local.replay.mapping import ReplayMap, missing_columns

LONGEST_CELL = 16 * 1024 * 1024
"""Characters. Far above what the door takes: a cell that is too long is the door's to refuse, with its reason."""


@contextmanager
def opened_rows(file: Path, plan: ReplayMap) -> Iterator[Iterator[dict[str, str]]]:
    """The rows by column name, one at a time. Raises MachineError where the file is not what the mapping says."""
    opener = gzip.open if file.suffix == ".gz" else open
    csv.field_size_limit(LONGEST_CELL)
    try:
        with opener(file, "rt", encoding=plan.codec, newline="") as text:
            reader = csv.DictReader(text, delimiter=plan.delimiter, restkey="", restval="")
            missing = missing_columns(plan, list(reader.fieldnames or []))
            if missing:
                raise MachineError(
                    f"{file} has no column {', '.join(missing)}.", "Correct the mapping or the delimiter."
                )
            yield iter(reader)
    except UnicodeDecodeError as error:
        raise MachineError(
            f"{file} is not {plan.encoding}.", 'Name its encoding in the mapping: encoding = "cp1251".'
        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise MachineError(f"{file} is no whole gzip file.", "Fetch it again, or unpack it.") from error
    except csv.Error as error:
        raise MachineError(f"{file} is no CSV: {error}.", "Correct the file or the delimiter.") from error


def count_rows(file: Path, plan: ReplayMap) -> int:
    """How many rows there are; reads the whole file, so that a broken one is found before anything is sent."""
    with opened_rows(file, plan) as rows:
        return sum(1 for _ in rows)


def digest_of(file: Path, plan: ReplayMap) -> str:
    """A name for what is sent: the same file read by another mapping makes other appeals."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256")
    digest.update(plan.model_dump_json().encode())
    return digest.hexdigest()[:16]
