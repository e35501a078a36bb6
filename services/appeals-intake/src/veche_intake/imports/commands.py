"""Importing a file: read it row by row, register hundreds together, report every row."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from veche_intake.appeals.commands import Order, Outcome, Registration
from veche_intake.appeals.model import NewAppeal
from veche_intake.appeals.rules import date_fault
from veche_intake.channels.model import Channel
from veche_intake.deduplication.model import Accepted, Clash, NotStored
from veche_intake.deduplication.rules import key_of, sender_keys
from veche_intake.deduplication.storing import CHUNK
from veche_intake.imports.model import (
    Delimiter,
    Encoding,
    ImportOptions,
    ImportSummary,
    Plan,
    RowFault,
    RowReport,
)
from veche_intake.imports.rules import appeal_of, delimiter_of, plan_of
from veche_shared.clock import Clock

_PIECE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose header was read; close ``text`` in the end. ``digest``: of the whole file, in hexadecimal."""

    text: io.TextIOWrapper
    rows: Iterator[tuple[int, list[str] | None]]
    header: Sequence[str]
    plan: Plan
    options: ImportOptions
    encoding: Encoding
    delimiter: Delimiter
    digest: str


class EmptyFileError(ValueError):
    """The file has no header."""


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


def open_file(file: BinaryIO, digest: str, options: ImportOptions) -> Opened:
    """Read the header. Raises EmptyFileError and UnknownColumnError."""
    file.seek(0)
    encoding = options.encoding or encoding_of(file)
    # A byte that the encoding has not is shown as such in the appeal: a row must not be lost for one letter.
    text = io.TextIOWrapper(
        file, "utf-8-sig" if encoding == "utf-8" else encoding, errors="replace", newline="", write_through=True
    )
    first = text.readline()
    if not first.strip():
        raise EmptyFileError
    delimiter = options.delimiter or delimiter_of(first)
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter)
    header = next(reader)
    return Opened(text, _rows(reader), header, plan_of(header, options), options, encoding, delimiter, digest)


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | None]]:
    """Each row with the line on which it ends; None for one that is no CSV. Empty lines are passed over."""
    lines: Callable[[], int] = lambda: int(getattr(reader, "line_num", 0))  # noqa: E731 - of csv's own reader
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield lines(), None
            continue
        if row:
            yield lines(), row


@dataclass(frozen=True, slots=True)
class Importing:
    """Imports files. ``most_rows`` bounds one file: what comes after is rejected and said so."""

    registration: Registration
    clock: Clock
    zone: ZoneInfo
    most_rows: int

    async def run(self, opened: Opened, channel: Channel) -> AsyncIterator[RowReport | ImportSummary]:
        """What became of each row, in order, and the summary. Started again, the same file is found stored already.

        Once nothing of a chunk could be stored, the rest is not tried: it would only make the caller wait.
        """
        summary = ImportSummary(file_digest=opened.digest, encoding=opened.encoding, delimiter=opened.delimiter)
        numbered = enumerate(opened.rows, start=1)
        away = False
        while chunk := list(islice(numbered, 2 * CHUNK)):
            read = [(row, line, self._order(opened, channel, row, cells)) for row, (line, cells) in chunk]
            orders = [order for _, _, order in read if isinstance(order, Order)]
            outcomes: list[Outcome] = (
                [NotStored()] * len(orders) if away else await self.registration.register_many(orders)
            )
            away = bool(orders) and all(isinstance(outcome, NotStored) for outcome in outcomes)
            answers = iter(outcomes)
            reports = [
                _rejected(row, line, order, opened)
                if isinstance(order, RowFault)
                else _report(row, line, next(answers))
                for row, line, order in read
            ]
            for report in reports:
                _count(summary, report)
                yield report
        yield summary

    def _order(self, opened: Opened, channel: Channel, row: int, cells: list[str] | None) -> Order | RowFault:
        if row > self.most_rows:
            return RowFault("too_many_rows", f"A file may have {self.most_rows} rows; send the rest in another file.")
        if cells is None:
            return RowFault("invalid_csv", "The row is no CSV; check its quotes.")
        appeal = appeal_of(cells, len(opened.header), opened.plan, opened.options, self.zone)
        if isinstance(appeal, RowFault):
            return appeal
        fault = None if appeal.received_at is None else date_fault(appeal.received_at, self.clock())
        if fault is not None:
            return RowFault(fault, "Give a moment after 1999 that has passed.", "received_at")
        return Order(appeal, channel.code, channel.regime, _keys(appeal, channel.code, opened.digest, row))


def _keys(appeal: NewAppeal, channel: str, digest: str, row: int) -> tuple[str, ...]:
    if appeal.external_id is not None:
        return sender_keys(channel, appeal.external_id, None)
    return (key_of("row", f"{channel}:{digest[:32]}", str(row)),)


def _rejected(row: int, line: int, fault: RowFault, opened: Opened) -> RowReport:
    places = () if fault.target is None else opened.plan.get(fault.target, ())
    column = opened.header[places[0]] if places else None
    return RowReport(row=row, line=line, result="rejected", code=fault.code, detail=fault.detail, column=column)


def _report(row: int, line: int, outcome: Outcome) -> RowReport:
    if isinstance(outcome, Accepted):
        number = outcome.receipt.number
        return RowReport(row=row, line=line, result="duplicate" if outcome.replayed else "accepted", number=number)
    if isinstance(outcome, Clash):
        return RowReport(
            row=row,
            line=line,
            result="rejected",
            code=outcome.conflict,
            detail="Stored before with another content, which stays as it is.",
        )
    return RowReport(
        row=row,
        line=line,
        result="not_stored",
        code="storage_unavailable",
        detail="The database did not confirm it; send the same file again.",
    )


def _count(summary: ImportSummary, report: RowReport) -> None:
    summary.rows += 1
    setattr(summary, report.result, getattr(summary, report.result) + 1)
