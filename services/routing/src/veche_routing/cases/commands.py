"""What staff can do with cases: read those that they may read, and give commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Actor, Case, Command
from veche_routing.cases.rules import Decision, decide, digest_of_command, may_read, rejected
from veche_routing.cases.store import TRIAGE, CaseStore, Filter, Place
from veche_routing.packs.model import Department
from veche_routing.responsibility.rules import RulesetCache
from veche_shared.clock import Clock
from veche_shared.idempotency.model import Accepted, CommandKey
from veche_shared.idempotency.store import CommandLog
from veche_shared.ids import Ids
from veche_shared.observability.tracing import current_traceparent
from veche_shared.rejection import Rejected
from veche_shared.storage.kept_figures import KeptFigures
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork

NOT_FOUND: Final = rejected("case_not_found")
"""Also for a case that the actor may not know of."""


@dataclass(frozen=True, slots=True)
class CaseService:
    """Reads cases and executes commands."""

    transactions: Transactions
    commands: CommandLog
    cases: CaseStore
    figures: KeptFigures
    rulesets: RulesetCache
    clock: Clock
    ids: Ids

    async def read(self, number: str, actor: Actor) -> Case | Rejected:
        """The case of that number, if the actor may read it."""
        return _readable(await self.cases.by_number(number), actor)

    async def execute(self, number: str, command: Command, actor: Actor) -> Accepted[Decision] | Rejected:
        """Do ``command``: state, history and event are written together or not at all.

        A repeat of a command id gives the first result. Raises PyMongoError where it is not known whether it was
        stored: send the same command again.
        """

        async def work(unit: UnitOfWork) -> Accepted[Decision] | Rejected:
            case = _readable(await self.cases.by_number(number, unit.session), actor)
            if isinstance(case, Rejected):
                return case

            async def do() -> Decision | Rejected:
                now = self.clock()
                decision = decide(case, command, actor, self.rulesets.at(now).edition.departments, now)
                if isinstance(decision, Rejected):
                    return decision
                await self.cases.save(unit, case, decision.case)
                unit.send([case_changed(decision.case, self.ids(), current_traceparent())])
                return decision

            async def recall(version: str) -> Decision:
                return Decision(case, next(entry for entry in case.history if entry.version == int(version)))

            return await self.commands.once(
                unit,
                CommandKey(actor.login, command.command_id),
                digest_of_command(number, command),
                do,
                result_of=lambda decision: str(decision.entry.version),
                recall=recall,
            )

        return await self.transactions.run(work)

    async def page(self, wanted: Filter, actor: Actor, after: Place | None, limit: int) -> list[Case]:
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
        return (await self.counts(TRIAGE)).get(TRIAGE, 0)

    async def counts(self, figure: str | None = None) -> dict[str, int]:
        """Cases by department and in triage, or one of these figures alone."""
        kept = await self.figures.are_kept()
        return await (self.cases.kept_counts(figure) if kept else self.cases.counted())

    def departments(self, now: datetime) -> list[Department]:
        """Those that may be made responsible today."""
        return self.rulesets.at(now).edition.acting_departments


def _readable(case: Case | None, actor: Actor) -> Case | Rejected:
    return case if case is not None and may_read(case, actor) else NOT_FOUND
