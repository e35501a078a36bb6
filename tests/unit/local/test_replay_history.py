"""A history file is read as the mapping says, or the command says what is wrong with it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from veche_local.errors import CommandError
from veche_local.replay.history import count_rows, digest_of, open_rows
from veche_local.replay.mapping import AppealColumns, ReplayMapping

MAPPING = ReplayMapping(appeal=AppealColumns(text="Текст", external_id="№"))
CONTENT = '№,Текст\n1,"Яма, большая"\n2,"Две\nстроки"\n'
ROWS = [{"№": "1", "Текст": "Яма, большая"}, {"№": "2", "Текст": "Две\nстроки"}]


def read(file: Path, mapping: ReplayMapping = MAPPING) -> list[dict[str, str]]:
    with open_rows(file, mapping) as rows:
        return list(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "history.csv"
    file.write_text(CONTENT, encoding=encoding)
    assert read(file) == ROWS


def test_a_gzipped_file_is_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "history.csv.gz"
    file.write_bytes(gzip.compress(CONTENT.encode()))
    assert read(file) == ROWS
    assert count_rows(file, MAPPING) == 2


def test_encoding_and_delimiter_are_set_in_the_mapping(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("№;Текст\n1;Яма\n", encoding="cp1251")
    assert read(file, MAPPING.model_copy(update={"encoding": "cp1251", "delimiter": ";"})) == [
        {"№": "1", "Текст": "Яма"}
    ]


def test_a_short_row_has_empty_cells_and_a_long_one_keeps_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("№,Текст\n1\n2,Яма,лишнее\n", encoding="utf-8")
    assert [(row["№"], row["Текст"]) for row in read(file)] == [("1", ""), ("2", "Яма")]


def test_a_text_that_is_too_long_for_the_api_is_read(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(f"№,Текст\n1,{'а' * 200_000}\n", encoding="utf-8")
    assert len(read(file)[0]["Текст"]) == 200_000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("history.csv", "№,Слова\n".encode(), "no column Текст"),
        ("history.csv", CONTENT.encode("cp1251"), "not utf-8"),
        ("history.csv.gz", CONTENT.encode(), "not a complete gzip"),
        ("history.csv.gz", gzip.compress(CONTENT.encode(), mtime=0)[:-9], "not a complete gzip"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_that_says_why(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        count_rows(file, MAPPING)


def test_the_same_file_by_another_mapping_is_another_replay(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(CONTENT, encoding="utf-8")
    other = MAPPING.model_copy(update={"time_zone": "Asia/Omsk"})
    assert digest_of(file, MAPPING) == digest_of(file, MAPPING)
    assert digest_of(file, MAPPING) != digest_of(file, other)
