"""Start the service: ``python -m veche_surveys``."""

from __future__ import annotations

from veche_shared.http.server import run
from veche_surveys.bootstrap import SERVICE, build
from veche_surveys.settings import Settings

if __name__ == "__main__":
    run(SERVICE, Settings, build)
