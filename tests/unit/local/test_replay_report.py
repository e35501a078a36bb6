"""The report of a replay: the lines of its table, and when the command fails."""

from __future__ import annotations

from dataclasses import replace

from veche_local.replay.ledger import Answer, Counts, Ledger
from veche_local.replay.report import SHOWN_DEPARTMENTS, ReplayReport


def report(cases: dict[str, int], entries: dict[str, int] | None = None, *answers: Answer) -> ReplayReport:
    ledger = Ledger()
    given = answers or tuple(Answer(201) for _ in range(sum(cases.values())))
    for line, answer in enumerate(given, 1):
        ledger.record(line, answer)
    return ReplayReport(ledger, Counts(cases, cases if entries is None else entries))


def test_every_stage_has_its_line() -> None:
    finished = report(
        {"triage": 1, "roads": 1}, None, Answer(201), Answer(201), Answer(200), Answer(422, "validation"), Answer(409)
    )
    assert finished.lines() == [
        ("sent", 5),
        ("accepted", 2),
        ("duplicates", 1),
        ("rejected", 2),
        ("  409", 1),
        ("  validation", 1),
        ("cases opened", 2),
        ("  in triage", 1),
        ("  roads", 1),
        ("seen in feeds", 2),
    ]


def test_a_department_is_shown_by_its_name_where_it_has_one() -> None:
    lines = replace(report({"roads": 2, "parks": 1}), names={"roads": "Дорожная служба"}).lines()
    assert ("  Дорожная служба", 2) in lines
    assert ("  parks", 1) in lines


def test_triage_is_shown_even_where_it_is_empty() -> None:
    assert ("  in triage", 0) in report({"roads": 3}).lines()


def test_of_many_departments_the_biggest_are_named_and_the_table_still_sums_up() -> None:
    cases = {f"d{number:02}": number for number in range(1, SHOWN_DEPARTMENTS + 6)} | {"triage": 2}
    lines = dict(report(cases).lines())
    assert lines["  5 more departments"] == 1 + 2 + 3 + 4 + 5
    assert lines["cases opened"] == sum(count for name, count in lines.items() if name.startswith("  "))
    assert "  d25" in lines
    assert "  d05" not in lines


def test_the_exit_code_is_0_where_the_counts_agree() -> None:
    assert report({"roads": 2, "triage": 1}).exit_code == 0


def test_the_exit_code_is_1_for_a_missing_case() -> None:
    assert report({"roads": 2}, None, Answer(201), Answer(201), Answer(201)).exit_code == 1


def test_the_exit_code_is_1_for_a_feed_entry_in_another_department() -> None:
    wrong = report({"roads": 2, "parks": 1}, {"roads": 1, "parks": 2})
    assert wrong.exit_code == 1
    assert wrong.mismatches == ["parks: 1 cases, but 2 feed entries", "roads: 2 cases, but 1 feed entries"]
