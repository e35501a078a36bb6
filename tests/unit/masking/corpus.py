"""The corpus of personal data in appeals, and how well it is hidden, counted by words.

Recall is the share of the words that must be hidden and are; precision the share of the hidden words that had to be.
``python -m tests.unit.masking.corpus`` prints both for each section, and every line that is not as it must be.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from veche_routing.cases.names import without_names
from veche_shared.personal_data import HIDDEN, without_personal_data

FILE: Final = Path(__file__).with_name("corpus.txt")
_WORD: Final = re.compile(r"\w+")
_MUST: Final = re.compile(r"\[\[(.*?)\]\]")
_MAY: Final = re.compile(r"<(.*?)>")
_MARKS: Final = re.compile(r"\[\[|\]\]|[<>]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the corpus: its text, and the words in it that must and that may be hidden."""

    section: str
    text: str
    must: Counter[str]
    may: Counter[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of words: hidden as they must be, shown though they must not be, hidden though they must stay."""

    right: int = 0
    missed: int = 0
    wrong: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.missed + other.missed, self.wrong + other.wrong)

    @property
    def recall(self) -> float:
        return 1.0 if not self.missed else self.right / (self.right + self.missed)

    @property
    def precision(self) -> float:
        return 1.0 if not self.wrong else self.right / (self.right + self.wrong)


def _words(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in _WORD.findall(text))


def read_corpus() -> tuple[Line, ...]:
    lines: list[Line] = []
    section = ""
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("# "):
            section = line[2:]
        else:
            must, may = _words(_MUST.findall(line)), _words(_MAY.findall(line))
            lines.append(Line(section, _MARKS.sub("", line), must, may))
    return tuple(lines)


def hidden_by_both(text: str) -> str:
    return without_personal_data(without_names(text))


def score(line: Line, hide: Callable[[str], str] = hidden_by_both) -> Score:
    hidden = _words([line.text]) - _words(hide(line.text).split(HIDDEN))
    right = hidden & line.must
    return Score(right.total(), (line.must - hidden).total(), (hidden - line.must - line.may).total())


def main() -> None:
    corpus = read_corpus()
    sections: dict[str, Score] = {}
    for line in corpus:
        found = score(line)
        sections[line.section] = sections.get(line.section, Score()) + found
        if found.missed or found.wrong:
            sys.stdout.write(
                f"  missed {found.missed}, wrong {found.wrong}: {line.text} → {hidden_by_both(line.text)}\n"
            )
    for name, each in (*sections.items(), ("all", sum(sections.values(), Score()))):
        sys.stdout.write(f"{name}: recall {each.recall:.3f}, precision {each.precision:.3f}\n")


if __name__ == "__main__":
    main()
