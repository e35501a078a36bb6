"""``python -m veche_notifications`` starts the service."""

from __future__ import annotations

from veche_notifications.bootstrap import SERVICE, build
from veche_notifications.settings import Settings
from veche_shared.http.server import run

run(SERVICE, Settings, build)
