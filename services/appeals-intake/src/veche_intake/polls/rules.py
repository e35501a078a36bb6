"""How the view of polls follows the events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from veche_intake.polls.model import PollView
from veche_shared.contracts.surveys import PollChanged


def view_of(poll: PollChanged) -> PollView:
    """What intake keeps of a poll's state."""
    return PollView(
        poll_id=poll.poll_id,
        version=poll.version,
        status=poll.status,
        question=poll.question,
        question_en=poll.question_en,
        options=tuple(poll.options),
        max_choices=poll.max_choices,
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
    )


def newest(changes: Iterable[PollChanged], known: Mapping[str, int]) -> list[PollView]:
    """Of each poll the newest state, where it is newer than the version that is ``known``."""
    latest: dict[str, PollChanged] = {}
    for change in changes:
        held = latest.get(change.poll_id)
        at = known.get(change.poll_id, 0) if held is None else held.version
        if change.version > at:
            latest[change.poll_id] = change
    return [view_of(change) for change in latest.values()]
