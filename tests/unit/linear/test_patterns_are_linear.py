"""No regular expression of the packages costs more than in proportion to the text that it is given.

All are found by importing the packages, so that a new one is tried without anybody thinking of it.
"""

from __future__ import annotations

import re

import pytest

from tests.unit.linear.growth import LARGEST_EXPONENT, LONG, TIMES, exponent, repeated, work
from tests.unit.linear.patterns import Text, hostile_shapes, patterns

PATTERNS = patterns()
QUICK = 2_000
SUSPICIOUS = 24
"""Three doublings multiply linear work by 8 and quadratic work by 64: what is above is measured with care."""


def steepest(pattern: Text, longest: int = LONG) -> tuple[float, str]:
    """The largest exponent among the hostile shapes of a pattern that look suspicious, and the shape; 1 without any."""

    def every_match(text: str) -> object:
        return pattern.sub("", text) if isinstance(pattern.pattern, str) else pattern.sub(b"", text.encode())

    for first, again, last in hostile_shapes(pattern):
        shape = repeated(first, again, last)
        if work(every_match, shape(QUICK)) > SUSPICIOUS * work(every_match, shape(QUICK // TIMES)):
            found = exponent(every_match, shape, longest)
            if found > LARGEST_EXPONENT:
                return found, f"{first!r} + {again!r} * n + {last!r}"
    return 1.0, ""


@pytest.mark.parametrize("name", PATTERNS)
def test_a_text_twice_as_long_costs_twice_the_work(name: str) -> None:
    growth, shape = steepest(PATTERNS[name])
    assert growth <= LARGEST_EXPONENT, f"grows with the power {growth:.2f} on {shape}"


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        (r"(?:кв|ком)\.?\s*№?\s*\d+", "spaces that two parts can share"),
        (r"[,;]?\s*\bкв", "spaces that every position begins anew"),
        (r"кв[а-я.]*\s*\d", "a sign that the following letters repeat"),
        (r"(?:паспорт|инн)[^\n.,;]*?\d", "a sign that is looked behind to the end"),
        (r"\beyJ[\w-]{8,}\.[\w-]{8,}", "a beginning in the middle of a word"),
        (r"(?<=input_value=).*?(?=, input_type=)", "a mark without its end"),
        (r"[^\s@]+@[^\s@]+", "a word that has no end"),
    ],
)
def test_the_measurement_finds_work_that_grows_faster(pattern: str, shape: str) -> None:
    growth, _ = steepest(re.compile(pattern, re.DOTALL), longest=4_000)
    assert growth > LARGEST_EXPONENT, shape


def test_the_patterns_of_every_package_are_found() -> None:
    found = {name.partition(":")[0] for name in PATTERNS}
    assert found >= {
        "veche_shared.personal_data",
        "veche_shared.observability.masking",
        "veche_routing.territory.spelling",
        "veche_routing.classification.rules",
        "veche_intake.appeals.rules",
    }
