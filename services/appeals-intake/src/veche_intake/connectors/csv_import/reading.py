"""The rows of a CSV file (RFC 4180), each line of it accounted for whatever is wrong with the quotes. Pure."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Row:
    """The lines ``first`` to ``last`` of a file, counted from 1; ``cells`` is None where they are no row."""

    first: int
    last: int
    cells: list[str] | None


def rows_of(source: Iterator[str], delimiter: str) -> Iterator[Row]:
    """The rows in the lines of a file; empty lines are left out.

    A quoted cell may hold line breaks. Where its quote is not closed, or closed in the middle of a cell, it is the
    line with the opening quote that is no row, and reading goes on with the next line: a forgotten quote takes nothing
    else along. Of the lines that were read twice for that, and right behind them, one with a quote inside an unquoted
    cell is no row either: it is rather the rest of a text that was broken off. Takes time in proportion to the text,
    since only lines without an odd quote are read again.
    """
    lines = _Lines(source)
    well_formed = _line_of(delimiter)
    doubtful = 0
    while True:
        first = lines.begin_row()
        try:
            cells = next(csv.reader(lines, delimiter=delimiter, strict=True), None)
        except csv.Error:
            doubtful = max(doubtful, lines.number)
            lines.return_all_but_first()
            yield Row(first, first, None)
            continue
        if cells is None:
            return
        if not cells:
            continue
        broken_off = first == lines.number <= doubtful and well_formed.fullmatch(lines.taken[0]) is None
        if broken_off:
            doubtful = max(doubtful, lines.number + 1)
        yield Row(first, lines.number, None if broken_off else cells)


class _Lines:
    """The lines of a file, of which those of the present row can be returned."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source: Final = source
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        """The lines of the present row."""
        self.number = 0
        """How many lines were taken, without those that were returned."""

    def begin_row(self) -> int:
        """The number of the line with which a row begins."""
        self.taken = []
        return self.number + 1

    def return_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._source)
        self.taken.append(line)
        self.number += 1
        return line


def _line_of(delimiter: str) -> re.Pattern[str]:
    """A line that is a whole row: quotes only around cells, or doubled inside them (RFC 4180, section 2)."""
    plain = rf'[^"\r\n{re.escape(delimiter)}]*+'
    cell = rf'(?:"(?:[^"]|"")*+"|{plain})'
    return re.compile(rf"{cell}(?:{re.escape(delimiter)}{cell})*+[\r\n]*+")


__all__ = ["Row", "rows_of"]
