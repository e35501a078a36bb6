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
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from veche_local import control
from veche_local.administration.cli import key, staff
from veche_local.console import EXIT_FAILED, EXIT_NOT_RUNNING, EXIT_USAGE, console, errors, reported_errors
from veche_local.dead_letters.cli import app as dead_letters
from veche_local.demo.accounts import demo_accounts
from veche_local.errors import CommandError
from veche_local.home import Home
from veche_local.keys import installation_keys
from veche_local.log_reading import follow, known_logs, last_lines
from veche_local.machine.checks import examine, require
from veche_local.parts import SERVICES
from veche_local.replay.cli import pack, replay
from veche_local.servers.jars import default_repository, fetch_jars, locked_jars, missing_jars
from veche_local.servers.service import readiness
from veche_local.settings import DEMO_PASSWORD, LocalSettings
from veche_local.status_table import port_of, progress_line, status_table
from veche_local.supervision.model import PartStatus, Snapshot

app = typer.Typer(
    help="Veche on this machine: Kafka and MongoDB, the four services, one address in front of them. Exit codes: "
    "0 done, 1 failed, 2 called wrongly, 3 nothing runs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


app.add_typer(key, name="key")
app.add_typer(staff, name="staff")
app.add_typer(dead_letters, name="dlq")


@app.command()
def up(
    *,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay until Ctrl-C and print the log.")] = False,
) -> None:
    """Start the installation and print its address.

    Where it runs already, only the address is printed.
    """
    home = Home.of(os.environ)
    with reported_errors():
        running = control.running_snapshot(home)
        if running is not None:
            console.print(f"Veche runs already: [bold]{running.address}[/bold]")
            return
        started = time.monotonic()
        require(home, os.environ)
        home.create_folders()
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
        print_sign_ins(home, snapshot, settings, time.monotonic() - started)
    if foreground:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.terminate())
        raise typer.Exit(supervisor.wait())


@app.command()
def down() -> None:
    """Stop the installation in order; the data stay."""
    home = Home.of(os.environ)
    with console.status("stopping"):
        stopped = control.stop_supervisor(home)
    console.print(f"Stopped. The data stay in {home.folder}" if stopped else "Nothing was running.", soft_wrap=True)


@app.command()
def status() -> None:
    """Show state, process, memory and restarts of each part.

    Exit code 3 where nothing runs, else 0.
    """
    home = Home.of(os.environ)
    snapshot = running_or_exit(home)
    console.print(f"[bold]{snapshot.address}[/bold]", soft_wrap=True)
    for line in status_table(snapshot, datetime.now(UTC), resident_memory, serves_now):
        console.print(line, soft_wrap=True)
    console.print(f"data, logs and e-mails: {home.folder}", style="dim", soft_wrap=True)


@app.command()
def logs(
    part: Annotated[str | None, typer.Argument(help="A part in `veche status`; all by default.")] = None,
    *,
    follow_on: Annotated[bool, typer.Option("--follow", "-f", help="Wait for new lines.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="The number of last lines of each part.")] = 20,
) -> None:
    """Show the logs.

    The one called `veche` is the supervisor's, which reports every restart.
    """
    found = known_logs(Home.of(os.environ))
    if part is not None and part not in found:
        errors.print(f"There is no log of {escape(part)}. There are: {', '.join(found) or 'none yet'}.")
        raise typer.Exit(EXIT_USAGE)
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
    """Stop the installation and erase all its data.

    Appeals, votes, keys, logs and e-mails cannot be restored.
    """
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
    """Check whether this machine is fit for Veche.

    Python, Java, platform, ports, disk, downloads, permissions. Exit code 1 for a problem.
    """
    healthy = True
    for finding in examine(Home.of(os.environ), os.environ):
        mark = "[green]ok [/green]" if finding.error is None else "[red]no [/red]"
        console.print(f"{mark} {finding.subject:<16}{escape(finding.detail)}", soft_wrap=True)
        if finding.error is not None:
            healthy = False
            console.print(f"    {'':<16}{escape(finding.error.advice)}", soft_wrap=True)
    if not healthy:
        raise typer.Exit(EXIT_FAILED)


@app.command("open")
def open_page(
    *, only_print: Annotated[bool, typer.Option("--print", help="Print the address and open nothing.")] = False
) -> None:
    """Print the address and open it in the browser.

    Exit code 3 where nothing runs.
    """
    snapshot = running_or_exit(Home.of(os.environ))
    typer.echo(snapshot.address)
    if not only_print:
        webbrowser.open(snapshot.address)


app.command()(replay)
app.command()(pack)


def download() -> None:
    """Downloads the missing jars of Kafka with a progress bar; prints nothing where none is missing."""
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
    """Prints each part that serves; returns when all do. Raises CommandError where the start fails."""
    printed: set[str] = set()
    latest: Snapshot | None = None
    with console.status("starting") as waiting:
        for latest in control.watch_start(home, supervisor):
            waiting.update(progress_line(latest))
            for part in latest.parts:
                if part.state == "running" and part.name not in printed:
                    printed.add(part.name)
                    console.print(f"[green]✓[/green] {part.name}")
    if latest is None:
        raise CommandError("The supervisor reported no state.", f"Read {home.log_of('veche')}.")
    return latest


def print_sign_ins(home: Home, snapshot: Snapshot, settings: LocalSettings, seconds: float) -> None:
    """Prints the address, and with demo data the accounts to sign in with."""
    console.print(f"\nVeche is ready after {seconds:.0f} s: [bold]{snapshot.address}[/bold]\n")
    if settings.demo:
        password = os.environ.get(DEMO_PASSWORD) or installation_keys(home).demo_password
        console.print(f"Sign in at {snapshot.address}sign-in with the password [bold]{escape(password)}[/bold] as")
        for account in demo_accounts(os.environ):
            console.print(f"  [bold]{account.login:<14}[/bold]{account.name}")
        console.print()
    if settings.smtp is None:
        console.print(f"E-mails to citizens are not sent but stored in {home.mail}", style="dim", soft_wrap=True)
    console.print("veche status · logs · open · key · staff · down", style="dim")


def running_or_exit(home: Home) -> Snapshot:
    """The running installation; ends the command with code 3 where there is none."""
    snapshot = control.running_snapshot(home)
    if snapshot is None:
        console.print("Veche does not run. Start it with `veche up`.")
        raise typer.Exit(EXIT_NOT_RUNNING)
    return snapshot


def resident_memory(pid: int) -> int:
    """Resident memory of a process in bytes, 0 where it has ended."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def serves_now(part: PartStatus) -> bool:
    """Asks a service for its readiness; every other part counts as ready while its process runs."""
    return part.name not in SERVICES or readiness(int(port_of(part.address))) == 200


def print_line(name: str, line: str, width: int) -> None:
    """Prints one line of a log unchanged, after the name of its part where several are shown."""
    prefix = f"{name:<{width}} | " if width else ""
    console.print(prefix + line, markup=False, soft_wrap=True)
