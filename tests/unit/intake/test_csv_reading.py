"""The rows of a file: every line accounted for, whatever is wrong with its quotes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_intake.connectors.csv_import.reading import Row, rows_of

READER = csv.reader
DELIMITERS = [",", ";", "\t", "|"]


def read(text: str, delimiter: str = ",") -> list[Row]:
    return list(rows_of(iter(io.StringIO(text, newline="")), delimiter))


def cells(text: str) -> list[list[str] | None]:
    return [row.cells for row in read(text)]


def test_a_row_without_quotes_is_a_line() -> None:
    assert read("a,b\nc,d\n") == [Row(1, 1, ["a", "b"]), Row(2, 2, ["c", "d"])]


def test_a_quoted_cell_may_hold_line_breaks_delimiters_and_doubled_quotes() -> None:
    assert read('x,"two\nlines, ""quoted"""\ny,z') == [Row(1, 2, ["x", 'two\nlines, "quoted"']), Row(3, 3, ["y", "z"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system_and_empty_ones_are_left_out(end: str) -> None:
    assert read(end.join(["a,b", "", "", "c,d"])) == [Row(1, 1, ["a", "b"]), Row(4, 4, ["c", "d"])]


def test_a_quote_that_nobody_closes_takes_no_other_row_along() -> None:
    assert read('text,"abc\nx,y\nz,w\n') == [Row(1, 1, None), Row(2, 2, ["x", "y"]), Row(3, 3, ["z", "w"])]


def test_two_quotes_that_nobody_closes_take_no_other_row_along() -> None:
    assert cells('a,"b\nc,d\ne,"f\ng,h\ni,j') == [None, ["c", "d"], None, ["g", "h"], ["i", "j"]]


def test_a_quote_that_the_next_quoted_row_would_close_takes_no_other_row_along() -> None:
    assert cells('a,"b\nc,d\n"e",f\ng,h\n') == [None, ["c", "d"], ["e", "f"], ["g", "h"]]


def test_the_rest_of_a_text_that_was_broken_off_is_no_row() -> None:
    text = '1,"Добрый день,\nтут "яма" у дома\nспасибо",2\n3,4\n'
    assert cells(text) == [None, None, None, ["3", "4"]]


def test_quotes_inside_a_cell_without_quotes_are_taken_as_they_are() -> None:
    assert cells('1,Лифт в ТЦ "Мир" не работает\n2,"Мир"\n') == [
        ["1", 'Лифт в ТЦ "Мир" не работает'],
        ["2", "Мир"],
    ]


def test_a_cell_longer_than_any_text_may_be_is_no_row_and_the_next_one_is() -> None:
    assert [row.cells is None for row in read("x" * 200_000 + "\ny\n")] == [True, False]


def test_a_file_of_nothing_has_no_rows() -> None:
    assert read("") == []
    assert read("\n\r\n\n") == []


@given(
    st.sampled_from(DELIMITERS),
    st.lists(st.lists(st.text(alphabet='ab",;\t|\n яё', max_size=6), min_size=2, max_size=4), max_size=6),
)
def test_what_a_correct_program_wrote_is_read_as_it_was(delimiter: str, rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="\n").writerows(rows)
    assert [row.cells for row in read(written.getvalue(), delimiter)] == rows


@given(st.sampled_from(DELIMITERS), st.text(alphabet='ab",;\t|\r\n', max_size=60))
def test_every_line_belongs_to_one_row_or_is_empty(delimiter: str, text: str) -> None:
    lines = list(io.StringIO(text, newline=""))
    covered = [number for row in read(text, delimiter) for number in range(row.first, row.last + 1)]
    assert covered == sorted(set(covered))
    left_out = set(range(1, len(lines) + 1)) - set(covered)
    assert all(lines[number - 1].strip("\r\n") == "" for number in left_out)


@given(
    st.lists(st.sampled_from(["a,b", '"a",b', '"a,b",c', "a", '""']), max_size=8),
    st.lists(st.sampled_from(["a,b", '"a",b', '"a,b",c', "a", '""']), max_size=8),
    st.sampled_from(['x,"y', '"', '"x,y', 'x,"y""', '"""x']),
)
def test_one_forgotten_quote_costs_the_row_that_has_it_alone(before: list[str], after: list[str], bad: str) -> None:
    whole = [row.cells for line in [*before, *after] for row in read(line)]
    found = cells("\n".join([*before, bad, *after]))
    assert found.count(None) == 1
    assert [row for row in found if row is not None] == whole


@pytest.mark.parametrize(
    "line", ['x,"y\n', '"\n', '"x""\n', '"""\n', 'x,""y\n', '"x"y\n', 'x""\n', '"x\n"y\n', ',"""\n', '"",\n']
)
@pytest.mark.parametrize("first", ["", '"open\n', 'x,"y\n'])
def test_no_line_is_read_more_than_a_few_times(first: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    def counting(lines: Iterator[str], *, delimiter: str, strict: bool) -> Iterator[list[str]]:
        def counted() -> Iterator[str]:
            nonlocal taken
            for one in lines:
                taken += 1
                yield one

        return READER(counted(), delimiter=delimiter, strict=strict)

    monkeypatch.setattr("veche_intake.connectors.csv_import.reading.csv.reader", counting)
    text = first + line * 2_000
    assert read(text)
    assert taken <= 3 * len(text.splitlines())
