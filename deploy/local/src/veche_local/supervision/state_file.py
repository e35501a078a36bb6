"""The supervisor's state file: replaced at each change, read by the command line."""

from __future__ import annotations

import json

from veche_local.home import Home, replace_file
from veche_local.supervision.model import Snapshot


def write_snapshot(home: Home, snapshot: Snapshot) -> None:
    """Replaces the file atomically. Raises OSError, for example on a full disk."""
    replace_file(home.state_file, json.dumps(snapshot.as_json(), ensure_ascii=False))


def read_snapshot(home: Home) -> Snapshot | None:
    """The last snapshot, also of a supervisor that has ended; None where there is none that can be read."""
    try:
        return Snapshot.from_json(json.loads(home.state_file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None
