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
from veche_intake.appeals.events import appeal_registered
from veche_intake.appeals.model import AppealReceipt, AppealSubmission
from veche_intake.appeals.rules import digest_of, format_number, year_of
from veche_intake.appeals.store import AppealNumbers, AppealStore, appeal_document
from veche_intake.settings import Settings
from veche_intake.submissions.model import NotStored, Prepared
from veche_intake.submissions.rules import chunks, distinct
from veche_intake.submissions.store import CHUNK, StoreOnce
from veche_intake.vault.rules import needs_vault
from veche_intake.vault.store import COLLECTION as CONTACTS
from veche_intake.vault.store import contact_document
from veche_shared.clock import Clock
from veche_shared.contracts.topics import APPEALS
from veche_shared.idempotency.model import Accepted
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.rejection import Rejected
from veche_shared.security.tokens import tracking_code
from veche_shared.service.context import ServiceContext
from veche_shared.storage.documents import Document, Message, Write

Answer = Accepted[AppealReceipt] | Rejected
Outcome = Answer | NotStored


@dataclass(slots=True)
class AppealCommands:
    """Registers appeals. ``prefix`` begins every number; ``zone`` is the city's, which says what year it is."""

    storing: StoreOnce[AppealReceipt]
    numbers: AppealNumbers
    clock: Clock
    ids: Ids
    zone: ZoneInfo
    prefix: str
    tracking_key: SecretStr

    @classmethod
    def of(cls, context: ServiceContext[Settings]) -> AppealCommands:
        """The commands of this process; it needs one, since its numbers are reserved in blocks."""
        return cls(
            StoreOnce.of(context, store.COLLECTION, AppealStore(context.mongo).under_keys),
            AppealNumbers(context.mongo, context.monotonic),
            context.clock,
            context.ids,
            context.city.zone,
            context.settings.intake.number_prefix,
            context.settings.intake.tracking_key,
        )

    def tracking_code(self, appeal_id: str) -> str:
        """The tracking code of an appeal: made anew each time, always the same, and stored nowhere."""
        return tracking_code(self.tracking_key, appeal_id)

    async def register(self, submission: AppealSubmission) -> Answer:
        """Store one appeal durably, or answer from what an earlier request stored under its keys.

        Raises QueueFullError under overload and PyMongoError where the database cannot confirm that it is stored; the
        caller may repeat either with the same keys.
        """
        now = self.clock()
        year = year_of(now, self.zone)
        sequence = await self.numbers.take(year)
        answer = await self.storing.one(self._prepare(submission, year, sequence, now))
        self._give_back_unused(year, sequence, answer)
        return answer

    async def register_many(self, submissions: Sequence[AppealSubmission]) -> list[Outcome]:
        """Register each as if alone, in order; of two with the same key the later is the repeat."""
        keys = [submission.keys for submission in submissions]
        outcomes: dict[int, Outcome] = {}
        waiting = list(range(len(submissions)))
        while waiting:
            now, waiting = distinct(keys, waiting)
            parts = chunks(now, CHUNK)
            # Side by side: the next part is prepared while the database stores the one before.
            answers = await asyncio.gather(
                *(self._register_distinct([submissions[at] for at in part]) for part in parts)
            )
            outcomes.update(zip(now, chain.from_iterable(answers), strict=True))
        return [outcomes[at] for at in range(len(submissions))]

    async def _register_distinct(self, submissions: Sequence[AppealSubmission]) -> list[Outcome]:
        now = self.clock()
        year = year_of(now, self.zone)
        try:
            sequences = await self.numbers.take_many(year, len(submissions))
        except PyMongoError:
            return [NotStored() for _ in submissions]
        answers = await self.storing.many(
            [
                self._prepare(submission, year, sequence, now)
                for submission, sequence in zip(submissions, sequences, strict=True)
            ]
        )
        for sequence, answer in zip(reversed(sequences), reversed(answers), strict=True):
            self._give_back_unused(year, sequence, answer)
        return answers

    def _give_back_unused(self, year: int, sequence: int, answer: Outcome) -> None:
        if isinstance(answer, Rejected) or (isinstance(answer, Accepted) and answer.replayed):
            self.numbers.give_back(year, sequence)

    def _prepare(
        self, submission: AppealSubmission, year: int, sequence: int, now: datetime
    ) -> Prepared[AppealReceipt]:
        appeal, keys = submission.appeal, submission.keys
        receipt = AppealReceipt(self.ids(), format_number(self.prefix, year, sequence), now)
        digest = digest_of(appeal)
        pseudonym = self.ids() if needs_vault(appeal.author) else None
        channel, regime = submission.channel.code, appeal.regime or submission.channel.regime
        event_id, traceparent = self.ids(), current_traceparent()
        event = appeal_registered(
            appeal,
            receipt,
            event_id=event_id,
            channel=channel,
            regime=regime,
            pseudonym=pseudonym,
            traceparent=traceparent,
        )
        document = appeal_document(
            appeal, receipt, keys=keys, digest=digest, channel=channel, regime=regime, pseudonym=pseudonym
        )
        inserts: dict[str, list[Document]] = {store.COLLECTION: [document]}
        if pseudonym is not None and appeal.author is not None:
            inserts[CONTACTS] = [contact_document(pseudonym, appeal.author, now)]
        message = Message(event_id, APPEALS.name, receipt.appeal_id.encode(), event, now, traceparent)
        return Prepared(receipt, digest, Write(inserts, keys, [message]))
