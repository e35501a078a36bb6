"""Topic ``appeals`` → cases: a batch of appeals is one bulk insert of cases and one of events, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Case
from veche_routing.cases.rules import case_id, open_case
from veche_routing.cases.store import CaseStore
from veche_routing.deadlines.model import Deadline
from veche_routing.deadlines.rules import deadline_of
from veche_routing.responsibility.rules import Ruleset, RulesetCache, route_all
from veche_shared.calendar import CityCalendar
from veche_shared.clock import Clock
from veche_shared.contracts.appeals import AppealRegistered, AppealRegisteredV1
from veche_shared.ids import Ids
from veche_shared.messaging.subscriptions import Handler
from veche_shared.observability.tracing import continue_span, current_traceparent
from veche_shared.storage.documents import Message
from veche_shared.storage.unit_of_work import UnitOfWork

TURN_APPEALS = 50
TURN_CHARACTERS = 20_000
"""How many appeals, or characters of them, are decided before the event loop serves others.

Measured on two cores, the loop then waits about 7 ms at the longest among usual appeals, and up to 0.1 s for texts made
to be the worst. In a thread a batch takes as long in all, and what computes holds the interpreter's lock: the loop
waits for 8 to 12 ms among usual appeals, 14 to 28 ms among the worst. Usual ones decide.
"""

Opening: TypeAlias = tuple[Case, Message]
"""A case that may be opened, and the event that tells of it."""


@dataclass(frozen=True, slots=True)
class AppealsConsumer:
    """Opens a case for each appeal; an appeal that has one already (its event came under another id) is ignored."""

    cases: CaseStore
    rulesets: RulesetCache
    calendar: CityCalendar
    clock: Clock
    ids: Ids

    async def prepare(self, events: Sequence[AppealRegisteredV1]) -> Handler[AppealRegisteredV1]:
        """Decide all cases of ``events``, before there is a transaction; the handler only stores and announces them."""
        now = self.clock()
        ruleset = self.rulesets.at(now)
        openings: dict[str, Opening] = {}
        for turn in turns(events):
            await asyncio.sleep(0)
            cases = self._open([event.data for event in turn], ruleset, now)
            for event, case in zip(turn, cases, strict=True):
                openings[event.id] = case, self._event(case, event.traceparent)

        async def handle(fresh: Sequence[AppealRegisteredV1], unit: UnitOfWork) -> None:
            await self._store([openings[event.id] for event in fresh], unit)

        return handle

    async def _store(self, openings: Sequence[Opening], unit: UnitOfWork) -> None:
        """Store the cases that do not exist yet and publish their events, in the batch's unit of work."""
        by_case = {case.id: (case, message) for case, message in openings}
        known = await self.cases.known(unit.session, list(by_case))
        new = [opening for identity, opening in by_case.items() if identity not in known]
        await self.cases.add(unit.session, [case for case, _ in new])
        unit.send([message for _, message in new])

    def _open(self, appeals: Sequence[AppealRegistered], ruleset: Ruleset, now: datetime) -> list[Case]:
        """Step by step and not appeal by appeal: the same work in a row takes a third less time."""
        routings = route_all(appeals, ruleset)
        deadlines = [self._deadline(appeal, ruleset) for appeal in appeals]
        return [
            open_case(case_id(appeal.appeal_id), appeal, routing, deadline, now)
            for appeal, routing, deadline in zip(appeals, routings, deadlines, strict=True)
        ]

    def _deadline(self, appeal: AppealRegistered, ruleset: Ruleset) -> Deadline | None:
        term = ruleset.edition.terms.get(appeal.regime)
        return None if term is None else deadline_of(term, appeal.registered_at, self.calendar)

    def _event(self, case: Case, traceparent: str | None) -> Message:
        if traceparent is None:
            return case_changed(case, self.ids())
        with continue_span("open case", traceparent):
            return case_changed(case, self.ids(), current_traceparent())


def turns(events: Sequence[AppealRegisteredV1]) -> Iterator[Sequence[AppealRegisteredV1]]:
    """``events`` in order, in the parts that are decided without a pause."""
    start, characters = 0, 0
    for end, event in enumerate(events):
        length = len(event.data.text)
        if end > start and (end - start == TURN_APPEALS or characters + length > TURN_CHARACTERS):
            yield events[start:end]
            start, characters = end, 0
        characters += length
    if start < len(events):
        yield events[start:]
