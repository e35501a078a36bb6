"""How the view of polls follows the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from veche_intake.polls.model import PollView
from veche_shared.contracts.surveys import PollChanged


def newest(changes: Iterable[PollChanged], known: Mapping[str, int]) -> list[PollView]:
    """Of each poll the newest state, where it is newer than the version that is ``known``."""
    latest: dict[str, PollChanged] = {}
    for change in changes:
        held = latest.get(change.poll_id)
        at = known.get(change.poll_id, 0) if held is None else held.version
        if change.version > at:
            latest[change.poll_id] = change
    return [PollView(**dict(change)) for change in latest.values()]
