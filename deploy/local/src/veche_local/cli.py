"""The `veche` command."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import webbrowser
from datetime import UTC, datetime
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from veche_local import control, showing
from veche_local.dead_letters.cli import app as dead_letters
from veche_local.demo.sign_ins import demo_sign_ins
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.log_reading import follow, known_logs, last_lines
from veche_local.machine.examination import examine, require
from veche_local.parts import SERVICES
from veche_local.problems import MachineError
from veche_local.replay.cli import pack, replay
from veche_local.servers.jars import default_repository, fetch_jars, locked_jars, missing_jars
from veche_local.servers.service import readiness
from veche_local.settings import DEMO_PASSWORD, LocalSettings
from veche_local.supervision.model import PartStatus, Snapshot
from veche_local.telling import errors, said_plainly

NOTHING_RUNS = 3
"""Exit code of `status` and `open` where no installation runs, as `systemctl status` has it."""

app = typer.Typer(
    help="Veche on this machine: real Kafka and MongoDB, the four services, one address in front of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False)


app.add_typer(dead_letters, name="dlq")
app.command()(replay)
app.command()(pack)


@app.command()
def up(
    *,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay until Ctrl-C, with the log here.")] = False,
) -> None:
    """Start everything and print the address; on a running installation only say so."""
    home = Home.of(os.environ)
    with said_plainly():
        running = control.running_snapshot(home)
        if running is not None:
            console.print(f"Veche runs already: [bold]{running.address}[/bold]")
            return
        begun = time.monotonic()
        require(home, os.environ)
        home.lay_out()
        settings = LocalSettings.of(os.environ)
        if settings.kafka is None:
            download()
        supervisor = control.launch_supervisor(home, attached=foreground)
        try:
            snapshot = wait_until_ready(home, supervisor)
        except KeyboardInterrupt:
            supervisor.terminate()
            supervisor.wait()
            raise typer.Exit(130) from None
        greet(home, snapshot, settings, time.monotonic() - begun)
    if foreground:
        for order in (signal.SIGINT, signal.SIGTERM):
            signal.signal(order, lambda *_: supervisor.terminate())
        raise typer.Exit(supervisor.wait())


@app.command()
def down() -> None:
    """Stop everything in order; the data stay."""
    home = Home.of(os.environ)
    with console.status("stopping"):
        stopped = control.stop_supervisor(home)
    console.print(f"Stopped. The data stay in {home.folder}" if stopped else "Nothing was running.", soft_wrap=True)


@app.command()
def status() -> None:
    """Show every part: state, process, memory, restarts. Exit code 3 when nothing runs."""
    home = Home.of(os.environ)
    snapshot = running_or_exit(home)
    console.print(f"[bold]{snapshot.address}[/bold]")
    console.print(showing.status_table(snapshot, datetime.now(UTC), resident_memory, serves_now), crop=False)
    console.print(f"data, logs and letters: {home.folder}", style="dim", soft_wrap=True)


@app.command()
def logs(
    part: Annotated[str | None, typer.Argument(help="One part, as `veche status` names it; all without.")] = None,
    *,
    follow_on: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written from now on.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines of each part.")] = 20,
) -> None:
    """Show the logs; `veche` is the supervisor's own, with every death and restart."""
    found = known_logs(Home.of(os.environ))
    if part is not None and part not in found:
        errors.print(f"There is no log of {escape(part)}. There are: {', '.join(found) or 'none yet'}.")
        raise typer.Exit(2)
    chosen = {part: found[part]} if part is not None else found
    width = max((len(name) for name in chosen), default=0)
    for name, path in chosen.items():
        for line in last_lines(path, lines):
            print_line(name, line, 0 if part else width)
    if follow_on:
        try:
            for name, line in follow(chosen):
                print_line(name, line, 0 if part else width)
        except KeyboardInterrupt:
            return


@app.command()
def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop everything and erase all data: appeals, votes, keys, logs, letters."""
    home = Home.of(os.environ)
    if not home.folder.exists():
        console.print(f"There is nothing in {home.folder}.", soft_wrap=True)
        return
    if not yes:
        typer.confirm(f"Erase all appeals, votes, keys and logs in {home.folder}? This cannot be undone", abort=True)
    control.stop_supervisor(home)
    home.erase()
    console.print("Erased.")


@app.command()
def doctor() -> None:
    """Look at the machine: Python, Java, platform, ports, disk, downloads, permissions. Exit code 1 for a problem."""
    healthy = True
    for finding in examine(Home.of(os.environ), os.environ):
        mark = "[green]ok [/green]" if finding.problem is None else "[red]no [/red]"
        console.print(f"{mark} {finding.subject:<16}{escape(finding.told)}", soft_wrap=True)
        if finding.problem is not None:
            healthy = False
            console.print(f"    {'':<16}{escape(finding.problem.way_out)}", soft_wrap=True)
    if not healthy:
        raise typer.Exit(1)


@app.command("open")
def open_page() -> None:
    """Open the first page in the browser."""
    snapshot = running_or_exit(Home.of(os.environ))
    console.print(snapshot.address)
    webbrowser.open(snapshot.address)


def download() -> None:
    """Fetches what is missing of Kafka's jars, with a progress bar; silent when nothing is."""
    jars, repository = locked_jars(), default_repository()
    if not missing_jars(repository, jars):
        return
    columns = (TextColumn("downloading Kafka"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(jars))
        fetch_jars(
            repository,
            jars,
            lambda done, total, name: progress.update(task, completed=done, total=total, description=name),
        )


def wait_until_ready(home: Home, supervisor: subprocess.Popen[bytes]) -> Snapshot:
    """Tells of each part as it comes up; returns when all serve. Raises MachineError when the start is given up."""
    told: set[str] = set()
    latest: Snapshot | None = None
    with console.status("starting") as waiting:
        for latest in control.watch_start(home, supervisor):
            waiting.update(showing.progress_line(latest))
            for part in latest.parts:
                if part.state == "running" and part.name not in told:
                    told.add(part.name)
                    console.print(f"[green]✓[/green] {part.name}")
    if latest is None:
        raise MachineError("The supervisor said nothing.", f"Read {home.log_of('veche')}.")
    return latest


def greet(home: Home, snapshot: Snapshot, settings: LocalSettings, seconds: float) -> None:
    """The address, and in a demonstration whom to sign in as."""
    console.print(f"\nVeche is ready after {seconds:.0f} s: [bold]{snapshot.address}[/bold]\n")
    if settings.demo:
        password = os.environ.get(DEMO_PASSWORD) or installation_keys(home).demo_password
        console.print(f"Sign in at {snapshot.address}sign-in with the password [bold]{escape(password)}[/bold] as")
        for account in demo_sign_ins(os.environ):
            console.print(f"  [bold]{account.login:<14}[/bold]{account.who}")
        console.print()
    if settings.smtp is None:
        console.print(f"Letters to citizens are kept in {home.mail}", style="dim", soft_wrap=True)
    console.print("veche status · logs · open · down", style="dim")


def running_or_exit(home: Home) -> Snapshot:
    """What runs; ends the command with code 3 where nothing does."""
    snapshot = control.running_snapshot(home)
    if snapshot is None:
        console.print("Veche does not run. Start it with `veche up`.")
        raise typer.Exit(NOTHING_RUNS)
    return snapshot


def resident_memory(pid: int) -> int:
    """Resident memory of a process in bytes, 0 when it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def serves_now(part: PartStatus) -> bool:
    """Asks a service whether its dependencies answer; the other parts count as serving while they live."""
    return part.name not in SERVICES or readiness(int(showing.port_of(part.address))) == 200


def print_line(name: str, line: str, width: int) -> None:
    """One line of a log as it is, after the part's name where several are shown."""
    prefix = f"{name:<{width}} | " if width else ""
    console.print(prefix + line, markup=False, soft_wrap=True)
