"""Ended sessions as the other services learn of them. Pure."""

from __future__ import annotations

from datetime import datetime

from veche_routing import SERVICE
from veche_routing.directory.model import EndReason, Session
from veche_shared.contracts.sessions import SessionEnded, SessionEndedV1


def session_ended(
    session: Session, reason: EndReason, at: datetime, event_id: str, traceparent: str | None
) -> SessionEndedV1:
    """The announcement that ``session`` was ended."""
    return SessionEndedV1(
        id=event_id,
        source=f"/veche/{SERVICE}",
        subject=session.id,
        time=at,
        traceparent=traceparent,
        data=SessionEnded(
            session_id=session.id, account=session.account, reason=reason, ended_at=at, expires_at=session.expires_at
        ),
    )
