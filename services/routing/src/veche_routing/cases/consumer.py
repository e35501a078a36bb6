"""Topic ``appeals`` → cases: a batch of appeals is one bulk insert of cases and one of events, in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
from veche_shared.observability.tracing import continue_span, current_traceparent
from veche_shared.storage.documents import Message
from veche_shared.storage.unit_of_work import UnitOfWork

YIELD_EVERY = 100
"""After so many decisions the event loop serves others: a decision takes a fraction of a millisecond."""


@dataclass(frozen=True, slots=True)
class AppealsConsumer:
    """Opens a case for each appeal; an appeal that has one already (its event came under another id) is ignored."""

    cases: CaseStore
    rulesets: RulesetCache
    calendar: CityCalendar
    clock: Clock
    ids: Ids

    async def handle(self, events: Sequence[AppealRegisteredV1], unit: UnitOfWork) -> None:
        """Open the cases of ``events`` and publish their events, in the batch's unit of work."""
        session = unit.session
        appeals = {case_id(event.data.appeal_id): event for event in events}
        known = await self.cases.known(session, list(appeals))
        new = [(identity, event) for identity, event in appeals.items() if identity not in known]
        now = self.clock()
        ruleset = self.rulesets.at(now)
        opened: list[Case] = []
        events_out: list[Message] = []
        for start in range(0, len(new), YIELD_EVERY):
            if start:
                await asyncio.sleep(0)
            part = new[start : start + YIELD_EVERY]
            cases = self._open([(identity, event.data) for identity, event in part], ruleset, now)
            events_out += [self._event(case, event.traceparent) for case, (_, event) in zip(cases, part, strict=True)]
            opened += cases
        await self.cases.add(session, opened)
        unit.send(events_out)

    def _open(self, new: Sequence[tuple[str, AppealRegistered]], ruleset: Ruleset, now: datetime) -> list[Case]:
        """Step by step and not appeal by appeal: the same work in a row takes a third less time."""
        routings = route_all([appeal for _, appeal in new], ruleset)
        deadlines = [self._deadline(appeal, ruleset) for _, appeal in new]
        return [
            open_case(identity, appeal, routing, deadline, now)
            for (identity, appeal), routing, deadline in zip(new, routings, deadlines, strict=True)
        ]

    def _deadline(self, appeal: AppealRegistered, ruleset: Ruleset) -> Deadline | None:
        term = ruleset.edition.terms.get(appeal.regime)
        return None if term is None else deadline_of(term, appeal.registered_at, self.calendar)

    def _event(self, case: Case, traceparent: str | None) -> Message:
        if traceparent is None:
            return case_changed(case, self.ids())
        with continue_span("open case", traceparent):
            return case_changed(case, self.ids(), current_traceparent())
