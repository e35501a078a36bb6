"""`veche replay` and `veche pack`: a history file through the HTTP door, and a city made from it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from veche_local import control
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.parts import channel_key
from veche_local.problems import MachineError
from veche_local.replay.account import Account
from veche_local.replay.history import count_rows, opened_rows
from veche_local.replay.mapping import ReplayMap, load_map
from veche_local.replay.pack import pack_files, read_history
from veche_local.replay.running import Doors, run_replay
from veche_local.servers.ports import LOOPBACK
from veche_local.telling import said_plainly
from veche_shared.clock import system_clock

CHANNEL = "import"
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
        doors = _doors_of(Home.of(os.environ))
        account = asyncio.run(_shown_replay(file, plan, doors, limit))
    console.print(_table(account))
    for code, example in account.ledger.examples.items():
        console.print(f"{code}: for example {example}", markup=False, soft_wrap=True)
    for fault in account.faults:
        console.print(f"[red]{fault}[/red]")
    if account.exit_code == 0:
        console.print("[green]Everything adds up.[/green]")
    raise typer.Exit(account.exit_code)


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
        with opened_rows(file, plan) as rows:
            files = pack_files(read_history(rows, plan.pack), plan.city)
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_text(content, encoding="utf-8")
    console.print(f"{len(files)} files in {out}: start with VECHE_CITY__PACK={out.resolve()} veche up", soft_wrap=True)


def _doors_of(home: Home) -> Doors:
    """The installation that runs in ``home``. Raises MachineError where none does."""
    snapshot = control.running_snapshot(home)
    if snapshot is None:
        raise MachineError("Veche does not run.", "Start it with `DEMO=0 veche up`, so that nothing else comes in.")
    keys, ports = installation_keys(home), home.read_ports()
    return Doors(
        gateway=snapshot.address,
        routing=f"http://{LOOPBACK}:{ports['routing']}",
        notifications=f"http://{LOOPBACK}:{ports['notifications']}",
        api_key=channel_key(keys, CHANNEL),
        internal_key=keys.internal,
    )


async def _shown_replay(file: Path, plan: ReplayMap, doors: Doors, limit: int | None) -> Account:
    rows = count_rows(file, plan)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("sending", total=rows if limit is None else min(rows, limit))
        return await run_replay(
            file,
            plan,
            doors,
            clock=system_clock,
            limit=limit,
            progress=lambda count: progress.advance(task, count),
            sent=lambda: progress.update(task, description="waiting for cases and feeds"),
        )


def _table(account: Account) -> Table:
    table = Table("station", "count", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for name, count in account.lines():
        table.add_row(name, f"{count:,}")
    return table
