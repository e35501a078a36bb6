"""``python -m veche_intake`` serves; ``python -m veche_intake keys …`` manages the keys of channels."""

from __future__ import annotations

from veche_intake import SERVICE
from veche_intake.bootstrap import build
from veche_intake.channels.cli import keys
from veche_intake.settings import Settings
from veche_shared.service.command_line import service_command

if __name__ == "__main__":
    command = service_command(SERVICE, Settings, build)
    command.add_typer(keys, name="keys")
    command()
