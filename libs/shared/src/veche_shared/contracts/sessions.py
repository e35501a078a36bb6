"""Topic ``sessions``: written by routing. Key: the session's id."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from veche_shared.contracts.codes import Code, known
from veche_shared.contracts.envelope import Contract, Event

EndReasonCode = Annotated[Code, known("signed_out", "password_changed", "rights_changed", "account_disabled")]


class SessionEnded(Contract):
    """A session of a member of staff was ended before its time: whoever comes with its token is not signed in.

    It need not be remembered after ``expires_at``, when the token is void by itself.
    """

    session_id: Annotated[str, Field(min_length=1, max_length=200)]
    account: str
    reason: EndReasonCode
    ended_at: AwareDatetime
    expires_at: AwareDatetime


class SessionEndedV1(Event[SessionEnded]):
    type: Literal["session.ended.v1"] = "session.ended.v1"


SessionEvent = SessionEndedV1
"""The events of the topic."""
