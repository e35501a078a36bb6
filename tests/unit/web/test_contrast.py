"""Every colour that carries meaning can be read on every ground that it lies on, in both themes (WCAG 2.2)."""

import re
from typing import Final

import pytest

from veche_shared.web.static_files import STATIC_ROOT

TEXT: Final = 4.5
"""1.4.3: text of any size; we do not use the lower bar for large text."""
SHAPE: Final = 3.0
"""1.4.11: borders of fields, marks, the focus ring."""

TONES: Final = ("pine", "bronze", "red", "green", "blue")

PAIRS: Final = [
    *((text, ground, TEXT) for text in ("ink", "ink-quiet", *TONES) for ground in ("ground", "card", "row-hover")),
    *((tone, f"{tone}-wash", TEXT) for tone in TONES),
    *(("ink", f"{tone}-wash", TEXT) for tone in TONES),
    *(("ink-quiet", f"{tone}-wash", TEXT) for tone in TONES),
    *((tone, "pine-wash", TEXT) for tone in TONES),
    ("pine-strong", "ground", TEXT),
    ("pine-strong", "pine-wash", TEXT),
    ("on-pine", "pine", TEXT),
    ("on-pine", "pine-strong", TEXT),
    ("on-red", "red", TEXT),
    *(("line-field", ground, SHAPE) for ground in ("ground", "card")),
    *((fill, "line", SHAPE) for fill in ("pine", "ink-quiet")),
]


def blocks() -> dict[str, dict[str, str]]:
    """The colours of each block of tokens.css: light, dark by the system, dark by choice."""
    css = (STATIC_ROOT / "css" / "tokens.css").read_text(encoding="utf-8")
    found = [dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", block)) for block in re.findall(r"\{([^{}]*)\}", css)]
    light, by_system, by_choice = (colours for colours in found if "ground" in colours)
    return {"light": light, "dark by the system": by_system, "dark by choice": by_choice}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark by choice"])
@pytest.mark.parametrize(("colour", "ground", "least"), PAIRS)
def test_a_colour_can_be_read_on_its_ground(theme: str, colour: str, ground: str, least: float) -> None:
    tokens = blocks()[theme]
    measured = contrast(tokens[colour], tokens[ground])
    assert measured >= least, f"{colour} on {ground}: {measured:.2f}"


def test_both_ways_to_the_dark_theme_show_the_same_colours() -> None:
    assert blocks()["dark by the system"] == blocks()["dark by choice"]


def test_every_colour_has_a_dark_counterpart() -> None:
    assert blocks()["light"].keys() == blocks()["dark by choice"].keys()
