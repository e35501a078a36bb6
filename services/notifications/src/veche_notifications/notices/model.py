"""What a notice is made of. Pure data."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from veche_shared.contracts.cases import Named

NoticeKind = Literal["received", "assigned", "accepted", "answered", "closed", "returned", "reassigned", "reopened"]


class Notice(BaseModel):
    """What a person hears of one change: public facts only, in the language in which they wrote.

    ``kind`` is a NoticeKind, or what a newer release has stored; ``language`` is the code that the case has. Each
    carrier states what it does with one that it does not know. Fields that a newer release has added are ignored.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    number: str
    language: str
    department: Named | None
    topic: Named | None
    registered_at: datetime
    due_at: datetime | None
    due_on: date | None
    due_unit: str | None
    answer: str | None
    happened_at: datetime
