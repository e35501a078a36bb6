"""How a command speaks when something is wrong: one sentence and a way out, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from veche_local.problems import MachineError

errors = Console(stderr=True, highlight=False)


@contextmanager
def said_plainly() -> Iterator[None]:
    """Print a MachineError as its sentence and its way out, and end the command with exit code 1."""
    try:
        yield
    except MachineError as problem:
        errors.print(f"[red]{escape(problem.sentence)}[/red]\n{escape(problem.way_out)}", soft_wrap=True)
        raise typer.Exit(1) from problem
