"""How the view of polls follows the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from veche_intake.polls.model import PollView
from veche_shared.contracts.surveys import PollChanged


def newest(changes: Iterable[PollChanged], known: Mapping[str, PollView]) -> list[PollView]:
    """Of each poll the newest state, where it is newer than the ``known`` one."""
    latest: dict[str, PollChanged] = {}
    for change in changes:
        held = latest.get(change.poll_id) or known.get(change.poll_id)
        if held is None or change.version > held.version:
            latest[change.poll_id] = change
    return [PollView(**dict(change)) for change in latest.values()]
