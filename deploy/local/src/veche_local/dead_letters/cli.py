"""`veche dlq`: list, show, replay and drop dead letters."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pymongo.errors import PyMongoError
from rich.markup import escape
from rich.table import Column, Table

from veche_local.console import console, reported_errors
from veche_local.dead_letters.commands import DeadLetters, ServiceLetter, open_dead_letters
from veche_local.errors import CommandError
from veche_local.home import Home
from veche_shared.clock import system_clock
from veche_shared.ids import new_id

app = typer.Typer(
    help="Messages that a service could not handle.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

By = Annotated[str | None, typer.Option("--by", help="Who decides, for the record; the user's name by default.")]
Note = Annotated[str | None, typer.Option("--note", help="Why, for the record.")]
LetterId = Annotated[str, typer.Argument(help="The id that `veche dlq list` shows.")]

T = TypeVar("T")


@app.command("list")
def list_letters(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were replayed or dropped.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000)] = 50,
) -> None:
    """List the newest dead letters of all services."""
    found = _run(None, lambda letters: letters.listed(None if everything else "waiting", limit))
    if not found:
        console.print("No dead letters." if everything else "No dead letters wait.")
        return
    # An id is for copying into the next command: whatever the width, it stays whole and on one line.
    whole = Column("id", no_wrap=True, min_width=max(len(item.letter.id) for item in found))
    table = Table(whole, "service", "reason", "since", "state", box=None, pad_edge=False)
    for item in found:
        letter = item.letter
        table.add_row(letter.id, item.service, letter.reason, f"{letter.at:%Y-%m-%d %H:%M} UTC", _state(item))
    console.print(table)


@app.command()
def show(letter_id: LetterId) -> None:
    """Show one dead letter with its message.

    The message may hold personal data.
    """
    item = _run(None, lambda letters: letters.show(letter_id))
    letter = item.letter
    console.print(f"[bold]{escape(letter.id)}[/bold]  {_state(item)}")
    console.print(f"{item.service} could not handle it: {escape(letter.reason)}, {escape(letter.explanation)}")
    console.print(
        f"from {letter.topic}, partition {letter.partition}, offset {letter.offset}, at {letter.at.isoformat()}"
    )
    if letter.note:
        console.print(f"note: {escape(letter.note)}")
    console.print((letter.value or b"").decode("utf-8", "backslashreplace"), markup=False, soft_wrap=True)


@app.command()
def replay(letter_id: LetterId, *, by: By = None, note: Note = None) -> None:
    """Publish a dead letter again, unchanged, to the topic that it came from."""
    item = _run(by, lambda letters: letters.replay(letter_id, note))
    console.print(f"{escape(letter_id)} is published to {item.letter.topic} again.")


@app.command()
def drop(letter_id: LetterId, *, by: By = None, note: Note = None) -> None:
    """Drop a dead letter; its record stays."""
    _run(by, lambda letters: letters.drop(letter_id, note))
    console.print(f"{escape(letter_id)} is dropped.")


def _state(item: ServiceLetter) -> str:
    letter = item.letter
    return letter.state if letter.decided_by is None else f"{letter.state} by {escape(letter.decided_by)}"


def _run(by: str | None, work: Callable[[DeadLetters], Awaitable[T]]) -> T:
    async def run() -> T:
        operator = by or getpass.getuser()
        opened = open_dead_letters(os.environ, Home.of(os.environ), operator=operator, clock=system_clock, ids=new_id)
        async with opened as letters:
            try:
                return await work(letters)
            except PyMongoError as error:
                raise CommandError(
                    f"MongoDB does not answer ({type(error).__name__}).",
                    "See `veche status`, or check VECHE_MONGO__URI.",
                ) from error

    with reported_errors():
        return asyncio.run(run())
