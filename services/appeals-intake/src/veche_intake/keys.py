"""``python -m veche_intake.keys``: an operator gives keys to channels, looks at them, and takes them away."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from veche_intake.bootstrap import SERVICE
from veche_intake.channels import store
from veche_intake.channels.commands import KeyOffice, UnknownChannelError
from veche_intake.channels.known import read_channels
from veche_intake.channels.model import SCOPES
from veche_intake.settings import Settings
from veche_shared.clock import system_clock
from veche_shared.settings import load_settings
from veche_shared.storage.mongo import Mongo


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What the operator asked for; exits with 2 and the usage where it cannot be understood."""
    parser = argparse.ArgumentParser(prog="python -m veche_intake.keys", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create", help="make a key; it is shown once")
    create.add_argument("--channel", required=True, help="code of the channel that the key speaks for")
    create.add_argument("--scope", action="append", required=True, choices=SCOPES, help="may be given several times")
    create.add_argument("--name", default="", help="who holds the key")
    commands.add_parser("list", help="show all keys, without their secrets")
    revoke = commands.add_parser("revoke", help="make a key worthless")
    revoke.add_argument("id", help="the part between the first two underscores")
    return parser.parse_args(given)


async def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    mongo = Mongo(settings.mongo.uri.get_secret_value(), f"{settings.mongo.database_prefix}{SERVICE}")
    office = KeyOffice(mongo, read_channels(settings.intake.channels_file), system_clock)
    try:
        if asked.command == "create":
            token = await office.create(asked.channel, asked.scope, asked.name)
            sys.stdout.write(f"{token.get_secret_value()}\n")
        elif asked.command == "list":
            for issued in await store.every_key(mongo):
                state = "in use" if issued.revoked_at is None else f"revoked {issued.revoked_at:%Y-%m-%d}"
                scopes = ",".join(sorted(issued.key.scopes))
                sys.stdout.write(f"{issued.key.key_id}\t{issued.key.channel}\t{scopes}\t{state}\t{issued.name}\n")
        elif not await office.revoke(asked.id):
            sys.stderr.write("No key with this id is in use.\n")
            return 1
    except UnknownChannelError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        await mongo.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(load_settings(Settings), arguments())))
