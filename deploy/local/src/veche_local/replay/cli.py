"""`veche replay` and `veche pack`: a history file through the HTTP door, and a city made from it."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from veche_local import control
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.parts import channel_key
from veche_local.problems import MachineError
from veche_local.replay.counting import Stations
from veche_local.replay.ledger import Counts, Ledger, by_size, disagreements
from veche_local.replay.mapping import ReplayMap, appeal_of, load_map, missing_columns
from veche_local.replay.pack import pack_files, read_history
from veche_local.replay.sending import Row, send_all
from veche_local.servers.ports import LOOPBACK
from veche_local.telling import said_plainly

CHANNEL = "import"
SHOWN_DEPARTMENTS = 20
console = Console(highlight=False)

HistoryFile = Annotated[Path, typer.Argument(help="CSV, plain or .gz", exists=True, dir_okay=False)]
MapFile = Annotated[Path, typer.Option("--map", help="TOML: which column is what (docs/replay.md)")]


def replay(
    file: HistoryFile,
    *,
    plan_file: MapFile,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only so many rows from the top.")] = None,
) -> None:
    """Send a history file through the HTTP door and account for every row; exit code 1 if it does not add up."""
    with said_plainly():
        plan = load_map(plan_file)
        home = Home.of(os.environ)
        snapshot = control.running_snapshot(home)
        if snapshot is None:
            raise MachineError("Veche does not run.", "Start it with `DEMO=0 veche up`, so that nothing else comes in.")
        total = min(_count_rows(file, plan), limit or 10**12)
        ledger, gained = asyncio.run(_replay(file, plan, home, snapshot.address, total))
    faults = disagreements(ledger, gained)
    console.print(_account(ledger, gained))
    for code, example in ledger.examples.items():
        console.print(f"{code}: for example {example}", markup=False, soft_wrap=True)
    for fault in faults:
        console.print(f"[red]{fault}[/red]")
    if faults:
        raise typer.Exit(1)
    console.print("[green]Everything adds up.[/green]")


def pack(
    file: HistoryFile,
    *,
    plan_file: MapFile,
    out: Annotated[Path, typer.Option("--out", help="The folder to write; name it in VECHE_CITY__PACK.")],
) -> None:
    """Make a city pack from a history: its topics, districts, executors, and who answered for what."""
    with said_plainly():
        plan = load_map(plan_file)
        if plan.pack is None or plan.city is None:
            raise MachineError(
                f"{plan_file} says nothing of a pack.", "Add the tables [pack] and [city]; see docs/replay.md."
            )
        with _rows(file, plan) as rows:
            files = pack_files(read_history(rows, plan.pack), plan.city)
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_text(content, encoding="utf-8")
    console.print(f"{len(files)} files in {out}: start with VECHE_CITY__PACK={out} veche up", soft_wrap=True)


async def _replay(file: Path, plan: ReplayMap, home: Home, gateway: str, total: int) -> tuple[Ledger, Counts]:
    keys, ports = installation_keys(home), home.read_ports()
    async with httpx2.AsyncClient() as client:
        stations = Stations(
            client,
            routing=f"http://{LOOPBACK}:{ports['routing']}",
            notifications=f"http://{LOOPBACK}:{ports['notifications']}",
            internal_key=keys.internal,
        )
        before = await stations.count()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with _rows(file, plan) as rows, Progress(*columns, console=console) as progress:
            task = progress.add_task("sending", total=total)
            numbered = (Row(line=line, body=appeal_of(plan, row)) for line, row in enumerate(islice(rows, total), 1))
            ledger = await send_all(
                numbered,
                gateway=gateway,
                api_key=channel_key(keys, CHANNEL),
                name=_digest(file),
                progress=lambda count: progress.advance(task, count),
            )
        with console.status("waiting until every accepted appeal is a case and stands in a feed"):
            gained = await stations.count_when_settled(before, ledger.accepted)
    return ledger, gained


def _account(ledger: Ledger, gained: Counts) -> Table:
    cases, entries = gained.settled
    table = Table("station", "count", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    lines = [
        ("sent", ledger.sent),
        ("accepted", ledger.accepted),
        ("duplicates", ledger.duplicates),
        *((f"rejected: {code}", count) for code, count in by_size(ledger.rejected)),
        ("cases opened", cases),
        ("  of them in triage", gained.cases.get("triage", 0)),
        *((f"  {name}", count) for name, count in islice(by_size(gained.cases), SHOWN_DEPARTMENTS) if name != "triage"),
        ("seen in feeds", entries),
    ]
    others = len(gained.cases) - SHOWN_DEPARTMENTS
    if others > 0:
        lines.insert(
            -1,
            (f"  {others} more departments", sum(c for _, c in islice(by_size(gained.cases), SHOWN_DEPARTMENTS, None))),
        )
    for name, count in lines:
        table.add_row(name, f"{count:,}")
    return table


@contextmanager
def _rows(file: Path, plan: ReplayMap) -> Iterator[Iterator[dict[str, str]]]:
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding=plan.encoding, newline="") as text:
            reader = csv.DictReader(text, delimiter=plan.delimiter, restkey="", restval="")
            missing = missing_columns(plan, list(reader.fieldnames or []))
            if missing:
                raise MachineError(
                    f"{file} has no column {', '.join(missing)}.", "Correct the mapping or the delimiter."
                )
            yield iter(reader)
    except UnicodeDecodeError as error:
        raise MachineError(
            f"{file} is not {plan.encoding}.", 'Name its encoding in the mapping: encoding = "cp1251".'
        ) from error


def _count_rows(file: Path, plan: ReplayMap) -> int:
    with _rows(file, plan) as rows:
        return sum(1 for _ in rows)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]
