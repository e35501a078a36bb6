"""``python -m deploy.scaffold slice surveys petitions`` and ``python -m deploy.scaffold connector sms``."""

from __future__ import annotations

from pathlib import Path

import typer

from deploy.scaffold.writing import CADDYFILE, ScaffoldError, Written, new_connector, new_slice, ungated_paths

app = typer.Typer(add_completion=False, help=__doc__)


@app.command("slice")
def slice_(service: str, name: str) -> None:
    """Make the slice NAME of SERVICE."""
    try:
        _show(new_slice(Path.cwd(), service, name))
        typer.echo(f"Roles: nobody may use the API until you name roles in ROLES of {name}/http.py.")
        for path in ungated_paths(Path.cwd(), service, name):
            typer.echo(f"Gateway: requests for {path} go to intake; add the path to @{service} in {CADDYFILE}.")
    except ScaffoldError as error:
        _refuse(error)


@app.command()
def connector(name: str) -> None:
    """Make the connector NAME of intake."""
    try:
        _show(new_connector(Path.cwd(), name))
    except ScaffoldError as error:
        _refuse(error)


def _show(written: Written) -> None:
    for file in written.files:
        typer.echo(f"wrote   {file}")
    typer.echo(f"changed {written.listed_in}")
    typer.echo("Next: make unit; then, when it does what you want, make docs and make lint.")


def _refuse(error: ScaffoldError) -> None:
    typer.echo(str(error), err=True)
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
