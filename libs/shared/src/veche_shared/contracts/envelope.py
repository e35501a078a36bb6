"""The envelope of every event: CloudEvents 1.0, structured JSON mode (CloudEvents specification 1.0.2, section 3)."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
"""Value of the Kafka header ``content-type`` (CloudEvents Kafka protocol binding 1.0.2, section 3.3)."""


class Contract(BaseModel):
    """Base of everything that crosses a service's border in an event.

    Unknown fields are ignored on reading, since the writer may be newer than the reader.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)


DataT = TypeVar("DataT", bound=Contract, covariant=True)

EventId = Annotated[str, Field(min_length=36, max_length=36, description="UUIDv7 (RFC 9562), unique for ever")]
Key = Annotated[str, Field(min_length=1, max_length=200)]


class Event(Contract, Generic[DataT]):
    """One fact, delivered at least once, in order for one ``subject``.

    A subclass narrows ``type`` to a literal and ``DataT`` to its data. ``subject`` is the aggregate's id and the
    Kafka key. ``time`` is when it happened, not when it was sent. ``traceparent`` is W3C Trace Context level 1.
    """

    specversion: Literal["1.0"] = "1.0"
    id: EventId
    type: str
    source: str = Field(description="URI-reference of the service, for example /veche/routing")
    subject: Key
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | None = None
    data: DataT


__all__ = ["CONTENT_TYPE", "Contract", "Event", "EventId", "Key"]
