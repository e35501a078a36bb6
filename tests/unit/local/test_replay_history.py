"""A history file is read as the mapping says, or the command says what is wrong with it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from veche_local.problems import MachineError
from veche_local.replay.history import count_rows, digest_of, opened_rows
from veche_local.replay.mapping import AppealColumns, ReplayMap

PLAN = ReplayMap(appeal=AppealColumns(text="Текст", external_id="№"))
CONTENT = '№,Текст\n1,"Яма, большая"\n2,"Две\nстроки"\n'
ROWS = [{"№": "1", "Текст": "Яма, большая"}, {"№": "2", "Текст": "Две\nстроки"}]


def read(file: Path, plan: ReplayMap = PLAN) -> list[dict[str, str]]:
    with opened_rows(file, plan) as rows:
        return list(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_mark_at_the_start_is_no_part_of_the_first_column(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "history.csv"
    file.write_text(CONTENT, encoding=encoding)
    assert read(file) == ROWS


def test_a_gzipped_file_is_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "history.csv.gz"
    file.write_bytes(gzip.compress(CONTENT.encode()))
    assert read(file) == ROWS
    assert count_rows(file, PLAN) == 2


def test_another_encoding_and_delimiter_are_named_in_the_mapping(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("№;Текст\n1;Яма\n", encoding="cp1251")
    assert read(file, PLAN.model_copy(update={"encoding": "cp1251", "delimiter": ";"})) == [{"№": "1", "Текст": "Яма"}]


def test_a_short_row_has_empty_cells_and_a_long_one_keeps_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("№,Текст\n1\n2,Яма,лишнее\n", encoding="utf-8")
    assert [(row["№"], row["Текст"]) for row in read(file)] == [("1", ""), ("2", "Яма")]


def test_a_text_that_is_too_long_for_the_door_is_still_read(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(f"№,Текст\n1,{'а' * 200_000}\n", encoding="utf-8")
    assert len(read(file)[0]["Текст"]) == 200_000


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("history.csv", "№,Слова\n".encode(), "no column Текст"),
        ("history.csv", CONTENT.encode("cp1251"), "not utf-8"),
        ("history.csv.gz", CONTENT.encode(), "no whole gzip"),
        ("history.csv.gz", gzip.compress(CONTENT.encode(), mtime=0)[:-9], "no whole gzip"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(MachineError, match=sentence):
        count_rows(file, PLAN)


def test_the_same_file_by_another_mapping_is_another_replay(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(CONTENT, encoding="utf-8")
    other = PLAN.model_copy(update={"time_zone": "Asia/Omsk"})
    assert digest_of(file, PLAN) == digest_of(file, PLAN)
    assert digest_of(file, PLAN) != digest_of(file, other)
