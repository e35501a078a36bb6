"""How a file of appeals is read."""

from __future__ import annotations

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.hostile.values import DATE_FORMATS
from veche_intake.appeals.model import NewAppeal
from veche_intake.connectors.csv_import.commands import OpenedFile, encoding_of, open_file
from veche_intake.connectors.csv_import.model import ImportOptions, Plan
from veche_intake.connectors.csv_import.reading import Row
from veche_intake.connectors.csv_import.rules import appeal_of, column_of, delimiter_of, moment_of, plan_of
from veche_shared.rejection import Rejected

ZONE = ZoneInfo("Europe/Moscow")
HEADER = ["Номер", "Текст", "Улица", "Дом", "Дата"]


def options(**given: object) -> ImportOptions:
    return ImportOptions.model_validate(given)


COLUMNS = options(
    columns={"external_id": "номер", "text": "Текст", "address": ["Улица", "Дом"], "received_at": "Дата"},
    dates=["%d.%m.%Y %H:%M"],
)


def plan(header: list[str], given: ImportOptions) -> Plan:
    planned = plan_of(header, given)
    assert not isinstance(planned, Rejected)
    return planned


def opened(content: bytes) -> OpenedFile:
    file = open_file(io.BytesIO(content), "d", options())
    assert isinstance(file, OpenedFile)
    return file


def read(*row: str) -> NewAppeal | Rejected:
    return appeal_of(row, len(HEADER), plan(HEADER, COLUMNS), COLUMNS, ZONE)


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("id,text,date", ","),
        ("id;text;date", ";"),
        ("id\ttext", "\t"),
        ("a|b|c", "|"),
        ("text", ","),
        ('"a,b,c";d', ";"),
    ],
)
def test_the_delimiter_is_seen_in_the_header(header: str, delimiter: str) -> None:
    assert delimiter_of(header) == delimiter


def test_columns_named_like_the_targets_need_no_mapping() -> None:
    assert plan_of(["Text", "External_ID", "something"], options()) == {"text": (0,), "external_id": (1,)}


def test_a_column_that_the_file_has_not_is_named() -> None:
    wrong = plan_of(HEADER, options(columns={"text": "Текст", "address": "Адрес"}))
    assert wrong == Rejected("unknown_column", "/columns/address")
    assert plan_of(HEADER, options()) == Rejected("unknown_column", "/columns/text")


def test_a_row_becomes_an_appeal_with_its_columns_joined() -> None:
    appeal = read("17", "Нет света", "Чкалова", "12", "12.03.2026 10:30")
    assert isinstance(appeal, NewAppeal)
    assert (appeal.external_id, appeal.text) == ("17", "Нет света")
    assert appeal.place is not None
    assert appeal.place.address == "Чкалова, 12"
    assert appeal.received_at == datetime(2026, 3, 12, 10, 30, tzinfo=ZONE)


def test_empty_cells_are_left_out() -> None:
    assert read("", "Нет света", "", "", "") == NewAppeal(text="Нет света")


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (("1", " ", "", "", ""), "empty_text", "Текст"),
        (("1", "Яма", "", "", "вчера"), "invalid_moment", "Дата"),
        (("1", "Яма", "я" * 501, "", ""), "string_too_long", "Улица"),
        (("1", "Яма"), "wrong_columns", None),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(row: tuple[str, ...], code: str, column: str | None) -> None:
    rejected = read(*row)
    assert isinstance(rejected, Rejected)
    assert (rejected.code, column_of(rejected, HEADER, plan(HEADER, COLUMNS))) == (code, column)


def test_a_moment_without_a_zone_is_the_citys() -> None:
    assert moment_of("2026-03-12T10:30:00", [], ZONE) == datetime(2026, 3, 12, 10, 30, tzinfo=ZONE)
    assert moment_of("2026-03-12T10:30:00+05:00", [], ZONE) == datetime.fromisoformat("2026-03-12T10:30:00+05:00")
    assert moment_of("12/03/26", ["%d/%m/%y"], ZONE) == datetime(2026, 3, 12, tzinfo=ZONE)
    assert moment_of("когда-то", ["%d/%m/%y"], ZONE) is None


def test_coordinates_may_have_a_comma() -> None:
    header = ["text", "latitude", "longitude"]
    appeal = appeal_of(["Яма", "56,23", "43.45"], 3, plan(header, options()), options(), ZONE)
    assert isinstance(appeal, NewAppeal)
    assert appeal.place is not None
    assert (appeal.place.latitude, appeal.place.longitude) == (56.23, 43.45)


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1251", "cp1251")])
def test_the_encoding_is_found_out(encoding: str, found: str) -> None:
    file = io.BytesIO("text;address\nЯма на дороге;Ленина\n".encode(encoding))
    assert encoding_of(file) == found
    read = opened(file.getvalue())
    assert read.header == ["text", "address"]
    assert [row.cells for row in read.rows] == [["Яма на дороге", "Ленина"]]


def test_a_row_over_several_lines_is_one_row_and_empty_lines_are_none() -> None:
    file = opened('text\n"первая\nвторая"\n\nтретья\n'.encode())
    assert list(file.rows) == [Row(2, 3, ["первая\nвторая"]), Row(5, 5, ["третья"])]


def test_a_header_with_a_quote_that_nobody_closes_ends_the_import_and_not_the_rows() -> None:
    for content in (b'text,"abc\nx,y\n', b'"text\n"x"\n', b'te"xt,"a"b\nx,y\n'):
        assert open_file(io.BytesIO(content), "d", options()) == Rejected("invalid_header")


def test_a_file_without_a_header_is_empty() -> None:
    assert open_file(io.BytesIO(b""), "d", options()) == Rejected("empty_file")


@pytest.mark.parametrize("form", DATE_FORMATS)
def test_a_format_of_which_strptime_makes_no_pattern_is_refused(form: str) -> None:
    with pytest.raises(ValidationError):
        options(dates=[form])


@given(st.lists(st.sampled_from(["%d", "%m", "%Y", "%y", "%H", "%M", "%j", "%U", "%w", "%z", "%%", ".", "("])))
def test_with_a_format_that_is_taken_every_cell_is_read_or_refused(parts: list[str]) -> None:
    try:
        taken = options(dates=["".join(parts)])
    except ValidationError:
        return
    for cell in ("", "01.02.2026", "0001", "9999 53 6", "%", "1" * 100):
        assert moment_of(cell, taken.dates, ZONE) is None or taken.dates
