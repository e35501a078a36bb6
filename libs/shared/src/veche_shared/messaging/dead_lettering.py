"""What becomes of a record that cannot be decoded or handled: a dead letter and its announcement. Pure."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from veche_shared.clock import Clock
from veche_shared.contracts.topics import dead_letters as dead_letter_topic
from veche_shared.ids import Ids
from veche_shared.messaging.decoding import Record
from veche_shared.storage.dead_letters import DeadLetter, dead_letter_id
from veche_shared.storage.documents import Message

ANNOUNCED_VALUE_LIMIT: Final = 500_000
"""Bytes of a dead letter's value that its announcement repeats; a larger one would not fit into a Kafka message."""


@dataclass(frozen=True, slots=True)
class DeadLetterFactory:
    """Makes the dead letters of one consumer group."""

    service: str
    group: str
    clock: Clock
    ids: Ids

    def undecodable(self, record: Record, explanation: str) -> DeadLetter:
        """For bytes that are no event, or break the contract of their type."""
        return self._letter(record, "undecodable", explanation)

    def unhandled(self, record: Record, failure: BaseException) -> DeadLetter:
        """For an event that the handler cannot take."""
        return self._letter(record, "unhandled", describe(failure))

    def announcement(self, letter: DeadLetter) -> Message:
        """What the service's dead-letter topic says of ``letter``."""
        value = letter.value or b""
        content = {
            "id": letter.id,
            "group": letter.group,
            "topic": letter.topic,
            "partition": letter.partition,
            "offset": letter.offset,
            "reason": letter.reason,
            "explanation": letter.explanation,
            "at": letter.at.isoformat(),
            "value_base64": b64encode(value).decode() if len(value) <= ANNOUNCED_VALUE_LIMIT else None,
        }
        encoded = json.dumps(content, ensure_ascii=False).encode()
        return Message(self.ids(), dead_letter_topic(self.service).name, letter.id.encode(), encoded, letter.at)

    def _letter(self, record: Record, reason: str, explanation: str) -> DeadLetter:
        group = f"{self.service}.{self.group}"
        return DeadLetter(
            id=dead_letter_id(group, record.topic, record.partition, record.offset, record.value),
            group=group,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            reason=reason,
            explanation=explanation,
            at=self.clock(),
        )


def describe(error: BaseException) -> str:
    """The failure's kind and where it was raised, without its text: the text may hold personal data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
    return f"{type(error).__name__}{where}"
