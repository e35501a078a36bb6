"""``python -m veche_routing`` serves; its sub-commands manage the accounts of staff and make keys."""

from __future__ import annotations

from veche_routing import SERVICE
from veche_routing.bootstrap import build
from veche_routing.directory.cli import session_keys, staff
from veche_routing.settings import Settings
from veche_shared.service.command_line import service_command

if __name__ == "__main__":
    command = service_command(SERVICE, Settings, build)
    command.add_typer(staff, name="staff")
    command.command("session-keys")(session_keys)
    command()
