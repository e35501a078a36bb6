"""Figures, the limits they are held against, and how both are shown. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    ``limit`` is what the least possible work reached in the same run (None where there is none to compare with);
    ``ratio`` is value to limit; ``bar`` is what the ratio (or, without a limit, the value) is asked to keep.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    bar: str = ""

    @property
    def ratio(self) -> float | None:
        return None if not self.limit else self.value / self.limit


def as_json(figures: Sequence[Figure]) -> str:
    return json.dumps([asdict(figure) | {"ratio": figure.ratio} for figure in figures], ensure_ascii=False, indent=1)


def as_table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text, aligned."""
    rows = [("", "value", "unit", "limit", "ratio", "asked"), *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in {0, 2, 5} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        _short(figure.value),
        figure.unit,
        "" if figure.limit is None else _short(figure.limit),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        figure.bar,
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
