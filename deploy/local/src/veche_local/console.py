"""Output of the `veche` command: two consoles, the exit codes, and errors printed without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console
from rich.markup import escape

from veche_local.errors import CommandError

EXIT_FAILED: Final = 1
"""The command was understood and could not be carried out; a message says why."""

EXIT_USAGE: Final = 2
"""The command was called wrongly."""

EXIT_NOT_RUNNING: Final = 3
"""No installation runs here, as `systemctl status` has it."""

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def reported_errors() -> Iterator[None]:
    """Prints a CommandError as its message and its advice, and ends the command with `EXIT_FAILED`."""
    try:
        yield
    except CommandError as error:
        errors.print(f"[red]{escape(error.message)}[/red]\n{escape(error.advice)}", soft_wrap=True)
        raise typer.Exit(EXIT_FAILED) from error
