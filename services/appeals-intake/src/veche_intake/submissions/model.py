"""What is handed in, what a repeat of it is recognised by, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from veche_shared.idempotency.model import ReceiptT
from veche_shared.storage.documents import Write
from veche_shared.values.text import clean_line


class StrictModel(BaseModel):
    """Base of what callers send: unknown fields are refused, since they are mostly misspelt ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


ExternalId = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean_line)
]
"""What the sender calls a thing: unique within the sender's channel."""

ShortCode = Annotated[str, StringConstraints(max_length=40)]
"""A code of this city: of a channel, of a legal regime. Whether there is such a one, the rules say."""

KeyKind = Literal["request", "external", "row", "form", "voter"]
"""What names a thing: the Idempotency-Key of a request; the channel's own id; a row of a file; a form that was opened
once; the person, of whom one vote counts."""

RepeatRejection = Literal["idempotency_key_reused", "external_id_reused", "row_changed"]
DateRejection = Literal["too_early", "in_the_future"]
ChannelRejection = Literal["unknown_channel", "other_channel"]


@dataclass(frozen=True, slots=True)
class NotStored:
    """The database could not confirm that it is stored: the same request may be repeated."""


@dataclass(frozen=True, slots=True)
class Prepared(Generic[ReceiptT]):
    """Something ready to be stored: its keys, the digest of its content, and what its sender will be given."""

    receipt: ReceiptT
    digest: bytes
    write: Write
