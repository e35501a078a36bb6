"""``python -m veche_routing`` serves; ``python -m veche_routing staff …`` keeps the accounts."""

from __future__ import annotations

import sys

from veche_routing.bootstrap import SERVICE, build
from veche_routing.directory.cli import run_staff
from veche_routing.settings import Settings
from veche_shared.http.server import run

if __name__ == "__main__":
    if sys.argv[1:2] == ["staff"]:
        raise SystemExit(run_staff(sys.argv[2:]))
    run(SERVICE, Settings, build)
