"""Reads a history file: CSV, plain or gzipped, in the encoding and with the columns that the mapping names."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from veche_local.errors import CommandError
from veche_local.replay.mapping import ReplayMapping, missing_columns

MAX_CELL = 16 * 1024 * 1024
"""Characters. Far more than the API takes, so that a cell that is too long is rejected there, with the reason."""


@contextmanager
def open_rows(file: Path, mapping: ReplayMapping) -> Iterator[Iterator[dict[str, str]]]:
    """The rows by column name, read one at a time. Raises CommandError where the file does not fit the mapping."""
    opener = gzip.open if file.suffix == ".gz" else open
    csv.field_size_limit(MAX_CELL)
    try:
        with opener(file, "rt", encoding=mapping.codec, newline="") as text:
            reader = csv.DictReader(text, delimiter=mapping.delimiter, restkey="", restval="")
            missing = missing_columns(mapping, list(reader.fieldnames or []))
            if missing:
                raise CommandError(
                    f"{file} has no column {', '.join(missing)}.", "Correct the mapping or the delimiter."
                )
            yield iter(reader)
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{file} is not {mapping.encoding}.", 'Name its encoding in the mapping: encoding = "cp1251".'
        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise CommandError(f"{file} is not a complete gzip file.", "Copy it again, or unpack it.") from error
    except csv.Error as error:
        raise CommandError(f"{file} is not CSV: {error}.", "Correct the file or the delimiter.") from error


def count_rows(file: Path, mapping: ReplayMapping) -> int:
    """The number of rows. Reads the whole file, so that an invalid one is found before anything is sent."""
    with open_rows(file, mapping) as rows:
        return sum(1 for _ in rows)


def digest_of(file: Path, mapping: ReplayMapping) -> str:
    """Identifies what is sent: the file and the mapping, since another mapping makes other appeals."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256")
    digest.update(mapping.model_dump_json().encode())
    return digest.hexdigest()[:16]
