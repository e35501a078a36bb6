"""``python -m veche_surveys``: serves the service; ``--help`` says what else it does."""

from __future__ import annotations

from veche_shared.service.command_line import service_command
from veche_surveys import SERVICE
from veche_surveys.bootstrap import build
from veche_surveys.settings import Settings

if __name__ == "__main__":
    service_command(SERVICE, Settings, build)()
