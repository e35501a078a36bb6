"""The events about polls. Pure."""

from __future__ import annotations

from veche_shared.contracts.surveys import PollChanged, PollChangedV1, PollOption
from veche_surveys import SOURCE
from veche_surveys.polls.model import Poll


def poll_changed(poll: Poll, event_id: str, traceparent: str | None = None) -> PollChangedV1:
    """The poll's newest version for other services: its whole state."""
    data = PollChanged(
        poll_id=poll.id,
        version=poll.version,
        status=poll.status,
        question=poll.question,
        question_en=poll.question_en,
        options=[PollOption(code=option.code, text=option.text, text_en=option.text_en) for option in poll.options],
        max_choices=poll.max_choices,
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
    )
    return PollChangedV1(
        id=event_id, source=SOURCE, subject=poll.id, time=poll.history[-1].at, traceparent=traceparent, data=data
    )
