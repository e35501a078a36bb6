"""The account of a replay: what stands in the table, and when the command fails."""

from __future__ import annotations

from dataclasses import replace

from veche_local.replay.account import SHOWN_DEPARTMENTS, Account
from veche_local.replay.ledger import Answer, Counts, Ledger


def account(cases: dict[str, int], entries: dict[str, int] | None = None, *answers: Answer) -> Account:
    ledger = Ledger()
    given = answers or tuple(Answer(201) for _ in range(sum(cases.values())))
    for line, answer in enumerate(given, 1):
        ledger.enter(line, answer)
    return Account(ledger, Counts(cases, cases if entries is None else entries))


def test_every_station_has_its_line() -> None:
    told = account(
        {"triage": 1, "roads": 1}, None, Answer(201), Answer(201), Answer(200), Answer(422, "validation"), Answer(409)
    )
    assert told.lines() == [
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


def test_a_department_is_told_by_its_name_where_it_has_one() -> None:
    told = replace(account({"roads": 2, "parks": 1}), names={"roads": "Дорожная служба"}).lines()
    assert ("  Дорожная служба", 2) in told
    assert ("  parks", 1) in told


def test_triage_is_told_even_where_it_is_empty() -> None:
    assert ("  in triage", 0) in account({"roads": 3}).lines()


def test_of_many_departments_the_biggest_are_named_and_the_table_still_sums_up() -> None:
    cases = {f"d{number:02}": number for number in range(1, SHOWN_DEPARTMENTS + 6)} | {"triage": 2}
    lines = dict(account(cases).lines())
    assert lines["  5 more departments"] == 1 + 2 + 3 + 4 + 5
    assert lines["cases opened"] == sum(count for name, count in lines.items() if name.startswith("  "))
    assert "  d25" in lines
    assert "  d05" not in lines


def test_what_adds_up_ends_with_nought() -> None:
    assert account({"roads": 2, "triage": 1}).exit_code == 0


def test_one_case_too_few_ends_with_one() -> None:
    assert account({"roads": 2}, None, Answer(201), Answer(201), Answer(201)).exit_code == 1


def test_one_feed_entry_in_another_department_ends_with_one() -> None:
    wrong = account({"roads": 2, "parks": 1}, {"roads": 1, "parks": 2})
    assert wrong.exit_code == 1
    assert wrong.faults == ["parks: 1 cases, but 2 feed entries", "roads: 2 cases, but 1 feed entries"]
