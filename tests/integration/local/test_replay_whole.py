"""A made-up history is sent to a city whose pack was generated from it, and every row is accounted for."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.city.processes import City
from veche_local.replay.history import open_rows
from veche_local.replay.ledger import Counts
from veche_local.replay.mapping import AppealColumns, PackColumns, PackNames, ReplayMapping
from veche_local.replay.pack import pack_files, read_history
from veche_local.replay.report import ReplayReport
from veche_local.replay.running import Endpoints, run_replay
from veche_shared.clock import system_clock

MAPPING = ReplayMapping(
    appeal=AppealColumns(
        text="Текст", external_id="№", received_at="Дата", topic_hint="Тема", address="Адрес", district="Район"
    ),
    pack=PackColumns(topic="Тема", category="Раздел", district="Район", executor="Исполнитель"),
    city=PackNames(code="lukomorye", name="Лукоморье"),
)
HEADER = ("№", "Дата", "Текст", "Раздел", "Тема", "Район", "Адрес", "Исполнитель")
CLEAR, REPEATED, INVALID, UNCLEAR = 240, 20, 20, 20
EXECUTORS = {
    ("Яма на дороге", "Заречье"): "Дорожная служба",
    ("Яма на дороге", "Слобода"): "Слободские мостовики",
    ("Не горит фонарь", "Заречье"): "Горсвет",
    ("Не горит фонарь", "Слобода"): "Горсвет",
}


def clear_row(number: int) -> dict[str, str]:
    topic, district = list(EXECUTORS)[number % 4]
    return {
        "№": f"m-{number}",
        "Дата": f"2026-03-{number % 28 + 1:02}T10:00:00",
        "Текст": f"{topic} возле дома {number}, просим исправить.",
        "Раздел": "Благоустройство",
        "Тема": topic,
        "Район": district,
        "Адрес": f"Кленовая улица, {number}",
        "Исполнитель": EXECUTORS[topic, district],
    }


def history() -> list[dict[str, str]]:
    """Clear rows, duplicates, rows that the API must reject, and rows that belong in triage."""
    clear = [clear_row(number) for number in range(CLEAR)]
    faults = [{"Текст": "   "}, {"Дата": "позавчера"}, {"Текст": "а" * 20_001}, {"Дата": "1999-06-06T12:00:00"}]
    invalid = [clear_row(1_000 + number) | faults[number % 4] for number in range(INVALID)]
    blank = dict.fromkeys(("Тема", "Район", "Адрес", "Исполнитель", "Раздел"), "")
    unclear = [
        clear_row(2_000 + number) | blank | {"Текст": f"Разберитесь, {number} раз!"} for number in range(UNCLEAR)
    ]
    return [*clear[:100], *invalid, *clear[100:], *clear[::12], *unclear]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A city with the pack of the history, and the history."""

    city: City
    file: Path
    pack: Path

    @property
    def endpoints(self) -> Endpoints:
        return Endpoints(
            gateway=self.city.gateway,
            routing=self.city.urls["routing"],
            notifications=self.city.urls["notifications"],
            api_key=self.city.key("import"),
            tools_key=self.city.keys.tools,
        )


@pytest.fixture(scope="module")
def prepared(backend: Backend, namespace: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("replay")
    file, pack = folder / "history.csv", folder / "pack"
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, HEADER)
        writer.writeheader()
        writer.writerows(history())
    assert MAPPING.pack is not None
    assert MAPPING.city is not None
    with open_rows(file, MAPPING) as rows:
        files = pack_files(read_history(rows, MAPPING.pack), MAPPING.city)
    pack.mkdir()
    for name, content in files.items():
        (pack / name).write_text(content, encoding="utf-8")
    environment = {**backend.environment(), **namespace.environment(), "VECHE_CITY__PACK": str(pack)}
    city = City(environment, folder / "city")
    try:
        city.start("intake", "routing", "notifications", "gateway")
        yield Prepared(city, file, pack)
    finally:
        city.stop("gateway", "intake", "routing", "notifications")


@pytest.fixture(scope="module")
async def report(prepared: Prepared) -> ReplayReport:
    """The report of a replay of the whole history."""
    return await run_replay(prepared.file, MAPPING, prepared.endpoints, clock=system_clock)


def test_every_row_is_accounted_for(report: ReplayReport) -> None:
    assert report.mismatches == []
    assert report.exit_code == 0
    ledger = report.ledger
    assert (ledger.sent, ledger.accepted, ledger.duplicates) == (300, CLEAR + UNCLEAR, REPEATED)
    reasons = ("empty_text", "invalid_moment", "text_too_long", "too_early")
    assert ledger.rejected == dict.fromkeys(reasons, INVALID // 4)
    assert {example.split(":")[0] for example in ledger.examples.values()} <= {f"row {n}" for n in range(101, 121)}


def test_each_department_has_what_its_executor_answered_and_the_unclear_wait_in_triage(report: ReplayReport) -> None:
    answered = Counter(row["Исполнитель"] for row in map(clear_row, range(CLEAR)))
    codes = {name: code for code, name in report.names.items()}
    assert report.gained.cases == {codes[name]: count for name, count in answered.items()} | {"triage": UNCLEAR}
    assert report.gained.entries == report.gained.cases


def test_a_missing_case_would_be_reported_and_end_with_exit_code_1(report: ReplayReport) -> None:
    tampered = {**report.gained.cases, "triage": UNCLEAR - 1}
    wrong = replace(report, gained=Counts(tampered, report.gained.entries))
    assert wrong.exit_code == 1
    assert wrong.mismatches == [
        f"{CLEAR + UNCLEAR} appeals were accepted, but {CLEAR + UNCLEAR - 1} cases were opened",
        f"triage: {UNCLEAR - 1} cases, but {UNCLEAR} feed entries",
    ]


async def test_the_same_history_once_more_is_nothing_but_duplicates(prepared: Prepared, report: ReplayReport) -> None:
    again = await run_replay(prepared.file, MAPPING, prepared.endpoints, clock=system_clock)
    assert again.exit_code == 0
    assert (again.ledger.accepted, again.ledger.duplicates) == (0, report.ledger.accepted + REPEATED)
    assert again.ledger.rejected == report.ledger.rejected
    assert again.gained.totals == (0, 0)
