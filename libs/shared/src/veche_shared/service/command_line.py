"""The command line of a service: ``python -m veche_<name>`` serves, its sub-commands manage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import typer
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError

from veche_shared.http.server import run
from veche_shared.service.failed_items_cli import failed_items_command
from veche_shared.service.roles import Role, roles_of
from veche_shared.settings import ServiceSettings

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)
T = TypeVar("T")


def service_command(name: str, model: type[SettingsT], build: Callable[[SettingsT], FastAPI]) -> typer.Typer:
    """A command that serves ``name`` where no sub-command is given; add those with ``add_typer``."""
    app = typer.Typer(
        name=f"python -m veche_{name}", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )

    @app.callback(invoke_without_command=True)
    def serve(
        context: typer.Context,
        roles: Annotated[
            str | None,
            typer.Option(help="What this process does: api, consumers, relay, jobs (comma separated; VECHE_ROLES)."),
        ] = None,
    ) -> None:
        """Serve until SIGTERM."""
        if context.invoked_subcommand is None:
            run(name, model, build, roles=None if roles is None else _parsed(roles))

    app.add_typer(failed_items_command(name, model), name="failed")
    return app


def chosen(adapter: TypeAdapter[T], names: Sequence[str], option: str, known: Sequence[str]) -> T:
    """``names``, the values of an option, as ``adapter`` reads them.

    Where one is not among the ``known`` the command ends with 2 and names those. (Typer takes no list of a Literal.)
    """
    try:
        return adapter.validate_python(names)
    except ValidationError as error:
        raise typer.BadParameter(f"must be one of {', '.join(known)}", param_hint=option) from error


def _parsed(names: str) -> frozenset[Role]:
    try:
        return roles_of(names)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--roles") from error
