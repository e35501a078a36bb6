"""Topic ``surveys``: written by surveys. Key: the poll's id."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Discriminator, Field

from veche_shared.contracts.codes import Code, known
from veche_shared.contracts.envelope import Contract, Event

PollStatusCode = Annotated[Code, known("draft", "open", "closed")]
RejectionCode = Annotated[
    Code, known("poll_unknown", "poll_not_open", "poll_closed", "option_unknown", "too_many_choices", "voted_already")
]


class PollOption(Contract):
    code: str
    text: str
    text_en: str | None = None


class PollChanged(Contract):
    """A poll was created, opened or closed; carries the whole state after the change."""

    poll_id: str
    version: int = Field(ge=1)
    status: PollStatusCode
    question: str
    question_en: str | None = None
    options: Annotated[list[PollOption], Field(min_length=2, max_length=100)]
    max_choices: int = Field(ge=1, description="1: single choice")
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = Field(default=None, description="votes cast at or after this moment do not count")


class PollChangedV1(Event[PollChanged]):
    type: Literal["poll.changed.v1"] = "poll.changed.v1"


class BallotRejected(Contract):
    """A vote that intake had accepted does not count, and why."""

    vote_id: str
    poll_id: str
    reason: RejectionCode


class BallotRejectedV1(Event[BallotRejected]):
    type: Literal["ballot.rejected.v1"] = "ballot.rejected.v1"


SurveyEvent = Annotated[PollChangedV1 | BallotRejectedV1, Discriminator("type")]
