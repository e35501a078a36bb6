"""Importing a file: read it row by row, register hundreds together, report every row."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from veche_intake.appeals.commands import AppealCommands, Outcome
from veche_intake.appeals.model import AppealSubmission, NewAppeal
from veche_intake.channels.model import Channel
from veche_intake.connectors.csv_import.model import Delimiter, Encoding, ImportOptions, Plan, RowOutcome
from veche_intake.connectors.csv_import.reading import Row, rows_of
from veche_intake.connectors.csv_import.rules import appeal_of, column_of, delimiter_of, plan_of
from veche_intake.submissions.model import NotStored
from veche_intake.submissions.rules import date_rejection, key_of, sender_keys
from veche_intake.submissions.store import CHUNK
from veche_shared.clock import Clock
from veche_shared.rejection import Rejected

_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file whose header was read; close ``text`` in the end. ``digest``: of the whole file, in hexadecimal."""

    text: io.TextIOWrapper
    rows: Iterator[Row]
    header: Sequence[str]
    plan: Plan
    options: ImportOptions
    encoding: Encoding
    delimiter: Delimiter
    digest: str


def encoding_of(file: BinaryIO) -> Encoding:
    """UTF-8 where the whole file is UTF-8, else the one-byte encoding of Russian Windows."""
    decoder = io.TextIOWrapper(file, "utf-8")
    try:
        while decoder.read(_PIECE):
            pass
    except UnicodeDecodeError:
        return "cp1251"
    finally:
        decoder.detach()
        file.seek(0)
    return "utf-8"


def open_file(file: BinaryIO, digest: str, options: ImportOptions) -> OpenedFile | Rejected:
    """Read the header; rejected where the file is empty, its first line is no CSV, or columns are missing that the
    options name.
    """
    file.seek(0)
    encoding = options.encoding or encoding_of(file)
    # A byte that the encoding does not have is shown as such in the appeal: a row must not be lost for one letter.
    text = io.TextIOWrapper(
        file, "utf-8-sig" if encoding == "utf-8" else encoding, errors="replace", newline="", write_through=True
    )
    first = text.readline()
    if not first.strip():
        return Rejected("empty_file")
    delimiter = options.delimiter or delimiter_of(first)
    text.seek(0)
    rows = rows_of(text, delimiter)
    header = next(rows).cells
    if header is None:
        return Rejected("invalid_header")
    plan = plan_of(header, options)
    if isinstance(plan, Rejected):
        return plan
    return OpenedFile(text, rows, header, plan, options, encoding, delimiter, digest)


@dataclass(frozen=True, slots=True)
class FileImport:
    """Imports files. ``max_rows`` bounds one file: what comes after is rejected, row by row."""

    appeals: AppealCommands
    clock: Clock
    zone: ZoneInfo
    max_rows: int

    async def run(self, file: OpenedFile, channel: Channel) -> AsyncIterator[RowOutcome]:
        """What became of each row, in order. Started again, the same file is found stored already.

        Once nothing of a chunk could be stored, the rest is not tried: it would only make the caller wait.
        """
        numbered = enumerate(file.rows, start=1)
        unavailable = False
        while chunk := list(islice(numbered, 2 * CHUNK)):
            read = [(row, found.first, self._submission(file, channel, row, found.cells)) for row, found in chunk]
            submissions = [given for _, _, given in read if isinstance(given, AppealSubmission)]
            outcomes: list[Outcome] = (
                [NotStored()] * len(submissions) if unavailable else await self.appeals.register_many(submissions)
            )
            unavailable = bool(submissions) and all(isinstance(outcome, NotStored) for outcome in outcomes)
            answers = iter(outcomes)
            for row, line, given in read:
                if isinstance(given, Rejected):
                    yield RowOutcome(row, line, given, column_of(given, file.header, file.plan))
                else:
                    yield RowOutcome(row, line, next(answers))

    def _submission(
        self, file: OpenedFile, channel: Channel, row: int, cells: list[str] | None
    ) -> AppealSubmission | Rejected:
        if row > self.max_rows:
            return Rejected("too_many_rows", parameters={"limit": self.max_rows})
        if cells is None:
            return Rejected("invalid_csv")
        appeal = appeal_of(cells, len(file.header), file.plan, file.options, self.zone)
        if isinstance(appeal, Rejected):
            return appeal
        if appeal.received_at is not None:
            rejected = date_rejection(appeal.received_at, self.clock(), "/received_at")
            if rejected is not None:
                return rejected
        return AppealSubmission(appeal, channel, _keys(appeal, channel.code, file.digest, row))


def _keys(appeal: NewAppeal, channel: str, digest: str, row: int) -> tuple[str, ...]:
    if appeal.external_id is not None:
        return sender_keys(channel, appeal.external_id, None)
    return (key_of("row", f"{channel}:{digest[:32]}", str(row)),)
