"""``python -m veche_intake keys``: make, list and revoke the keys of channels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter

from veche_intake import SERVICE
from veche_intake.channels.catalogue import read_channels
from veche_intake.channels.commands import ApiKeyService, UnknownChannelError
from veche_intake.channels.model import SCOPES, IssuedKey
from veche_intake.channels.store import ApiKeyStore
from veche_intake.settings import Settings
from veche_shared.clock import system_clock
from veche_shared.security.api_keys import Scope
from veche_shared.service.command_line import chosen
from veche_shared.service.database_command import on_database
from veche_shared.settings import load_settings

T = TypeVar("T")

keys = typer.Typer(help="Keys of channels.", no_args_is_help=True, rich_markup_mode=None)


@keys.command()
def create(
    *,
    channel: Annotated[str, typer.Option(help="Code of the channel that the key speaks for.")],
    scope: Annotated[
        list[str], typer.Option(metavar="|".join(SCOPES), help="What the key may do; may be given several times.")
    ],
    name: Annotated[str, typer.Option(help="Who holds the key.")] = "",
) -> None:
    """Make a key and print it. It is shown once and works at once."""

    scopes = frozenset(chosen(TypeAdapter(list[Scope]), scope, "--scope", SCOPES))

    async def make(service: ApiKeyService) -> str:
        return (await service.create(channel, scopes, name)).get_secret_value()

    try:
        token = _run(make)
    except UnknownChannelError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(token)


@keys.command("list")
def list_keys() -> None:
    """Print every key without its secret: id, channel, scopes, state, holder, separated by tabs.

    A withdrawn key is one that the settings do not name any more.
    """
    for issued in _run(lambda service: service.keys.all()):
        state = _state(issued)
        scopes = ",".join(sorted(issued.key.scopes))
        typer.echo(f"{issued.key.key_id}\t{issued.key.channel}\t{scopes}\t{state}\t{issued.name}")


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The part between the first two underscores.")],
) -> None:
    """Revoke a key for good: no process accepts it after ten seconds, and no start of the service brings it back."""
    if not _run(lambda service: service.revoke(key_id)):
        typer.echo("There is no key with this id that could be revoked.", err=True)
        raise typer.Exit(1)


def _state(issued: IssuedKey) -> str:
    if issued.revoked_at is not None:
        return f"revoked {issued.revoked_at:%Y-%m-%d}"
    if issued.withdrawn_at is not None:
        return f"withdrawn {issued.withdrawn_at:%Y-%m-%d}"
    return "in use"


def _run(work: Callable[[ApiKeyService], Awaitable[T]]) -> T:
    """Run ``work`` on the database that the settings name."""
    settings = load_settings(Settings)
    channels = read_channels(settings.intake.channels_file)
    return on_database(SERVICE, settings, lambda mongo: work(ApiKeyService(ApiKeyStore(mongo), channels, system_clock)))
