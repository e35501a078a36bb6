"""``python -m veche_intake``: serves the service; ``--help`` says what else it does."""

from __future__ import annotations

from veche_intake.bootstrap import SERVICE, build
from veche_intake.settings import Settings
from veche_shared.service.command_line import service_command

if __name__ == "__main__":
    service_command(SERVICE, Settings, build)()
