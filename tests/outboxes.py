"""What waits in an outbox, as a test asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from veche_shared.storage import outbox
from veche_shared.storage.documents import Message


async def waiting_in(
    collection: AsyncCollection[dict[str, Any]], wanted: Mapping[str, Any] | None = None
) -> list[Message]:
    """The messages of an outbox collection in the order in which they go to Kafka; ``wanted`` chooses rows."""
    rows = [outbox.row_from_document(document) async for document in collection.find(wanted or {}).sort("_id", 1)]
    return [message for row in rows for message in row.messages]
