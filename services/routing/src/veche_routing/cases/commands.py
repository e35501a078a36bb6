"""What staff can do with cases: read those that are their business, and give commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Actor, Case, Command
from veche_routing.cases.rules import Decision, Refusal, decide, may_read
from veche_routing.cases.store import Cases, Filter
from veche_routing.packs.model import Department
from veche_routing.responsibility.rules import RulesetCache
from veche_shared.clock import Clock
from veche_shared.http.problems import Conflict, Forbidden, NotFound, Problem, Unprocessable
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork


@dataclass(frozen=True, slots=True)
class CaseOffice:
    """The application of commands."""

    transactions: Transactions
    cases: Cases
    rulesets: RulesetCache
    clock: Clock
    ids: Ids

    async def read(self, number: str, actor: Actor) -> Case:
        """The case of that number. Raises NotFound also where it is not the actor's business."""
        return _admitted(await self.cases.by_number(number), actor)

    async def execute(self, number: str, command: Command, actor: Actor) -> Decision:
        """Do ``command``: state, history and event are written together or not at all.

        A repeat of a command id gives the first result. Raises NotFound, Forbidden, Conflict, Unprocessable, and
        PyMongoError where it is not known whether it was stored: send the same command again.
        """

        async def work(unit: UnitOfWork) -> Decision:
            case = _admitted(await self.cases.by_number(number, unit.session), actor)
            now = self.clock()
            try:
                decision = decide(case, command, actor, self.rulesets.at(now).edition.departments, now)
            except Refusal as refusal:
                raise problem_of(refusal) from refusal
            if not decision.repeated:
                await self.cases.save(unit, case, decision.case)
                unit.send([case_changed(decision.case, self.ids(), current_traceparent())])
            return decision

        return await self.transactions.run(work)

    async def page(self, wanted: Filter, actor: Actor, after: str | None, limit: int) -> list[Case]:
        """Cases, newest first, of those that the actor may read: a coordinator all, an officer the own departments'."""
        if not actor.coordinates:
            own = actor.departments if wanted.departments is None else wanted.departments & actor.departments
            wanted = replace(wanted, departments=own)
        return await self.cases.page(wanted, after=after, limit=limit)

    async def triage(self, after: str | None, limit: int) -> list[Case]:
        """Cases that wait for a coordinator's choice, the oldest first."""
        return await self.cases.page(Filter(status="new"), after=after, limit=limit, order="oldest")

    async def waiting(self) -> int:
        """How many cases wait in triage."""
        return await self.cases.count_in_triage()

    def departments(self, now: datetime) -> list[Department]:
        """Those that may be made responsible today."""
        return self.rulesets.at(now).edition.acting_departments


def _admitted(case: Case | None, actor: Actor) -> Case:
    if case is None or not may_read(case, actor):
        raise NotFound("There is no case of that number among yours.", code="case_not_found")
    return case


def problem_of(refusal: Refusal) -> Problem:
    """How a refusal is told over HTTP."""
    kinds: dict[str, type[Problem]] = {
        "not_allowed": Forbidden,
        "own_complaint": Forbidden,
        "already_passed_on": Forbidden,
        "unknown_department": Unprocessable,
    }
    return kinds.get(refusal.code, Conflict)(refusal.sentence, code=refusal.code)
