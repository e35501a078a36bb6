"""`veche replay` and `veche pack`: send a history file through the API, and generate a city pack from it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from veche_local import control
from veche_local.console import console, reported_errors
from veche_local.errors import CommandError
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.parts import channel_key
from veche_local.replay.history import count_rows, open_rows
from veche_local.replay.mapping import ReplayMapping, load_mapping
from veche_local.replay.pack import pack_files, read_history
from veche_local.replay.report import ReplayReport
from veche_local.replay.running import Endpoints, run_replay
from veche_local.servers.ports import LOOPBACK
from veche_shared.clock import system_clock

CHANNEL = "import"

HistoryFile = Annotated[Path, typer.Argument(help="CSV, plain or .gz.", exists=True, dir_okay=False)]
MappingFile = Annotated[Path, typer.Option("--map", help="TOML that maps columns to fields (docs/replay.md).")]


def replay(
    file: HistoryFile,
    *,
    mapping_file: MappingFile,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Send only the first rows.")] = None,
) -> None:
    """Send a history file through the API.

    Every row is accounted for; exit code 1 where the counts do not agree.
    """
    with reported_errors():
        mapping = load_mapping(mapping_file)
        endpoints = _endpoints_of(Home.of(os.environ))
        report = asyncio.run(_replay_with_progress(file, mapping, endpoints, limit))
    console.print(_table(report))
    for code, example in report.ledger.examples.items():
        console.print(f"{code}: for example {example}", markup=False, soft_wrap=True)
    for mismatch in report.mismatches:
        console.print(f"[red]{mismatch}[/red]")
    if report.exit_code == 0:
        console.print("[green]Every row is accounted for.[/green]")
    raise typer.Exit(report.exit_code)


def pack(
    file: HistoryFile,
    *,
    mapping_file: MappingFile,
    out: Annotated[Path, typer.Option("--out", help="The folder to write; name it in VECHE_CITY__PACK.")],
) -> None:
    """Generate a city pack from a history file.

    Its topics, districts and executors, and which executor answers what.
    """
    with reported_errors():
        mapping = load_mapping(mapping_file)
        if mapping.pack is None or mapping.city is None:
            raise CommandError(
                f"{mapping_file} does not describe a pack.", "Add the tables [pack] and [city]; see docs/replay.md."
            )
        with open_rows(file, mapping) as rows:
            files = pack_files(read_history(rows, mapping.pack), mapping.city)
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_text(content, encoding="utf-8")
    console.print(f"{len(files)} files in {out}: start with VECHE_CITY__PACK={out.resolve()} veche up", soft_wrap=True)


def _endpoints_of(home: Home) -> Endpoints:
    """Those of the installation in ``home``. Raises CommandError where it does not run."""
    snapshot = control.running_snapshot(home)
    if snapshot is None:
        raise CommandError("Veche does not run.", "Start it with `DEMO=0 veche up`, so that nothing else is sent.")
    keys, ports = installation_keys(home), home.read_ports()
    return Endpoints(
        gateway=snapshot.address,
        routing=f"http://{LOOPBACK}:{ports['routing']}",
        notifications=f"http://{LOOPBACK}:{ports['notifications']}",
        api_key=channel_key(keys, CHANNEL),
        tools_key=keys.tools,
    )


async def _replay_with_progress(
    file: Path, mapping: ReplayMapping, endpoints: Endpoints, limit: int | None
) -> ReplayReport:
    rows = count_rows(file, mapping)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("sending", total=rows if limit is None else min(rows, limit))
        return await run_replay(
            file,
            mapping,
            endpoints,
            clock=system_clock,
            limit=limit,
            on_progress=lambda count: progress.advance(task, count),
            on_sent=lambda: progress.update(task, description="waiting for cases and feeds"),
        )


def _table(report: ReplayReport) -> Table:
    table = Table("stage", "count", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for name, count in report.lines():
        table.add_row(name, f"{count:,}")
    return table
