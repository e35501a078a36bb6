"""``failed list`` and ``failed retry`` of every service: an operator looks at what its jobs have set aside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from veche_shared.clock import system_clock
from veche_shared.service.database_command import on_database
from veche_shared.settings import ServiceSettings, load_settings
from veche_shared.storage.failed_items import FailedItem, FailedItems

T = TypeVar("T")


def failed_items_command(name: str, model: type[ServiceSettings]) -> typer.Typer:
    """The commands on the failed items of the service ``name``, whose settings ``model`` reads."""
    app = typer.Typer(help="Items on which a job has failed.", no_args_is_help=True, rich_markup_mode=None)

    def run(work: Callable[[FailedItems], Awaitable[T]]) -> T:
        return on_database(name, load_settings(model), lambda mongo: work(FailedItems(mongo, system_clock)))

    @app.command("list")
    def list_items(limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100) -> None:
        """Print the items with failures, those set aside first: task, item, state, failures, last error, by tabs."""
        for item in run(lambda failed: failed.listed(limit)):
            typer.echo("\t".join(_cells(item)))

    @app.command()
    def retry(
        task: Annotated[str, typer.Argument(help="The job, as the list names it.")],
        item: Annotated[str, typer.Argument(help="The item, as the list names it.")],
    ) -> None:
        """Have the job try an item again at its next step."""
        if not run(lambda failed: failed.retry(task, item)):
            typer.echo(f"{task} has no failed item {item}: see «failed list»", err=True)
            raise typer.Exit(1)
        typer.echo(f"{task} tries {item} again")

    return app


def _cells(item: FailedItem) -> tuple[str, ...]:
    state = "tried again" if item.set_aside_at is None else f"set aside {item.set_aside_at:%Y-%m-%dT%H:%MZ}"
    return item.task, item.item, state, str(item.failures), item.explanation
