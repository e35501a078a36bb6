"""``python -m veche_notifications``: serves the service; ``--help`` says what else it does."""

from __future__ import annotations

from veche_notifications.bootstrap import SERVICE, build
from veche_notifications.settings import Settings
from veche_shared.service.command_line import service_command

if __name__ == "__main__":
    service_command(SERVICE, Settings, build)()
