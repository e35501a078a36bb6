"""Registering appeals: number, store once, announce; one by one or many together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from pymongo.errors import PyMongoError

from veche_intake.appeals import store
from veche_intake.appeals.model import NewAppeal, Receipt
from veche_intake.appeals.numbering import format_number
from veche_intake.appeals.numbers import Numbers
from veche_intake.appeals.rules import announcement, digest_of, needs_vault, year_of
from veche_intake.deduplication.model import Accepted, Clash, NotStored, Prepared
from veche_intake.deduplication.rules import chunks, distinct
from veche_intake.deduplication.storing import CHUNK, StoreOnce
from veche_intake.vault.store import COLLECTION as CONTACTS
from veche_intake.vault.store import contact_document
from veche_shared.clock import Clock
from veche_shared.contracts.topics import APPEALS
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.security.tokens import tracking_code
from veche_shared.storage.documents import Document, Message, Write

Outcome = Accepted[Receipt] | Clash | NotStored


@dataclass(frozen=True, slots=True)
class Order:
    """One appeal to be registered: from which channel, under which legal regime and keys. Its dates are checked."""

    appeal: NewAppeal
    channel: str
    regime: str
    keys: tuple[str, ...] = ()


@dataclass(slots=True)
class Registration:
    """Registers appeals. ``prefix`` begins every number; ``zone`` is the city's, which says what year it is."""

    storing: StoreOnce[Receipt]
    numbers: Numbers
    clock: Clock
    ids: Ids
    zone: ZoneInfo
    prefix: str
    tracking_key: SecretStr

    def code(self, appeal_id: str) -> str:
        """The tracking code of an appeal, the same each time."""
        return tracking_code(self.tracking_key, appeal_id)

    async def register(self, order: Order) -> Accepted[Receipt] | Clash:
        """Store one appeal durably, or say what an earlier request stored under its keys.

        Raises QueueFullError under overload and PyMongoError where the database cannot say that it is stored; the
        caller may repeat either with the same keys.
        """
        now = self.clock()
        year = year_of(now, self.zone)
        sequence = await self.numbers.take(year)
        answer = await self.storing.one(self._prepare(order, year, sequence, now))
        self._settle_number(year, sequence, answer)
        return answer

    async def register_many(self, orders: Sequence[Order]) -> list[Outcome]:
        """Register each of ``orders`` as if alone, in order; of two with the same key the later is the repeat."""
        keys = [order.keys for order in orders]
        outcomes: dict[int, Outcome] = {}
        waiting = list(range(len(orders)))
        while waiting:
            now, waiting = distinct(keys, waiting)
            parts = chunks(now, CHUNK)
            # Side by side: the next part is prepared while the database stores the one before.
            answers = await asyncio.gather(*(self._register_distinct([orders[at] for at in part]) for part in parts))
            outcomes.update(zip(now, chain.from_iterable(answers), strict=True))
        return [outcomes[at] for at in range(len(orders))]

    async def _register_distinct(self, orders: Sequence[Order]) -> list[Outcome]:
        now = self.clock()
        year = year_of(now, self.zone)
        try:
            sequences = await self.numbers.take_many(year, len(orders))
        except PyMongoError:
            return [NotStored() for _ in orders]
        answers = await self.storing.many(
            [self._prepare(order, year, sequence, now) for order, sequence in zip(orders, sequences, strict=True)]
        )
        for sequence, answer in zip(reversed(sequences), reversed(answers), strict=True):
            self._settle_number(year, sequence, answer)
        return answers

    def _settle_number(self, year: int, sequence: int, answer: Outcome) -> None:
        if isinstance(answer, Clash) or (isinstance(answer, Accepted) and answer.replayed):
            self.numbers.give_back(year, sequence)

    def _prepare(self, order: Order, year: int, sequence: int, now: datetime) -> Prepared[Receipt]:
        appeal = order.appeal
        receipt = Receipt(self.ids(), format_number(self.prefix, year, sequence), now)
        digest = digest_of(appeal)
        pseudonym = self.ids() if needs_vault(appeal.author) else None
        regime = appeal.regime or order.regime
        event_id, traceparent = self.ids(), current_traceparent()
        event = announcement(
            appeal,
            receipt,
            event_id=event_id,
            channel=order.channel,
            regime=regime,
            pseudonym=pseudonym,
            traceparent=traceparent,
        )
        document = store.appeal_document(
            appeal,
            receipt,
            keys=order.keys,
            digest=digest,
            channel=order.channel,
            regime=regime,
            pseudonym=pseudonym,
        )
        inserts: dict[str, list[Document]] = {store.COLLECTION: [document]}
        if pseudonym is not None and appeal.author is not None:
            inserts[CONTACTS] = [contact_document(pseudonym, appeal.author, now)]
        message = Message(event_id, APPEALS.name, receipt.appeal_id.encode(), event, now, traceparent)
        return Prepared(receipt, digest, Write(inserts, order.keys, [message]))
