"""Figures, the limits they are held against, and how both are shown. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from typing import Final


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


BAR: Final = 1.25
"""How much more a read may cost in a larger city."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What a read costs by the number of cases: its milliseconds, and what MongoDB examined for it.

    The smallest city comes first.
    """

    name: str
    milliseconds: Mapping[int, float]
    examined: Mapping[int, int]

    @property
    def slower(self) -> float:
        """How many times as long the read takes in the largest city as in the smallest."""
        times = list(self.milliseconds.values())
        return times[-1] / times[0]

    @property
    def more(self) -> float:
        """How many times as much MongoDB examines for it; what is added where there was next to nothing is not much."""
        counts = list(self.examined.values())
        return (counts[-1] + 10) / (counts[0] + 10)

    @property
    def holds(self) -> bool:
        return self.slower <= BAR


def growth_as_json(growths: Sequence[Growth]) -> str:
    told = [asdict(one) | {"slower": one.slower, "more": one.more, "holds": one.holds} for one in growths]
    return json.dumps(told, ensure_ascii=False, indent=1)


def growth_as_table(growths: Sequence[Growth]) -> str:
    """The reads as lines of text: milliseconds and examined by size, their growth, and where the bar is broken."""
    sizes = list(growths[0].milliseconds)
    head = (
        "",
        *(f"ms at {size:,}" for size in sizes),
        "growth",
        *(f"examined at {size:,}" for size in sizes),
        "growth",
    )
    rows = [(*head, f"at most {BAR}")]
    for one in growths:
        times = [f"{value:.1f}" for value in one.milliseconds.values()]
        counts = [f"{value:,}" for value in one.examined.values()]
        verdict = "" if one.holds else "broken"
        rows.append((one.name, *times, f"{one.slower:.2f}", *counts, f"{one.more:.2f}", verdict))
    return _aligned(rows, left={0, len(rows[0]) - 1})


def as_json(figures: Sequence[Figure]) -> str:
    return json.dumps([asdict(figure) | {"ratio": figure.ratio} for figure in figures], ensure_ascii=False, indent=1)


def as_table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text, aligned."""
    rows = [("", "value", "unit", "limit", "ratio", "asked"), *(_row(figure) for figure in figures)]
    return _aligned(rows, left={0, 2, 5})


def _aligned(rows: Sequence[tuple[str, ...]], left: AbstractSet[int]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
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
