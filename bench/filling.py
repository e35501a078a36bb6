"""A city with a history: the documents that so many cases leave in the four databases, written directly.

Each kind of case is led through the services' own rules once, from the appeal to the feeds, the public view and the
notices. Its documents are made of what came of it by the stores' own functions, so they cannot drift from what the
services write; only ids, numbers and times differ from case to case.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from veche_intake.appeals.model import AppealReceipt, NewAppeal
from veche_intake.appeals.store import COLLECTION as APPEALS
from veche_intake.appeals.store import appeal_document
from veche_intake.status.model import PublicView
from veche_intake.status.rules import after
from veche_intake.status.store import PublicViewStore, answer_figures
from veche_notifications.deliveries.model import Delivery
from veche_notifications.deliveries.rules import delivery_of
from veche_notifications.deliveries.store import DELIVERIES
from veche_notifications.deliveries.store import to_document as delivery_document
from veche_notifications.feeds.model import PlacedEntry
from veche_notifications.feeds.rules import feed_changes, numbered, place
from veche_notifications.feeds.store import FeedStore
from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Accept, Actor, Answer, Case, Close, Command, Label, Reassign
from veche_routing.cases.rules import Decision, decide, open_case
from veche_routing.cases.store import COUNTS, CaseStore
from veche_routing.classification.model import TopicGuess
from veche_routing.deadlines.rules import deadline_of
from veche_routing.packs.files import load_pack
from veche_routing.packs.model import Territory, Topic
from veche_routing.packs.rules import edition_of
from veche_routing.responsibility.model import Routing
from veche_routing.territory.model import NO_LOCATION
from veche_shared.city import DEFAULT_PACK, load_city
from veche_shared.clock import Clock
from veche_shared.contracts.appeals import AppealRegistered
from veche_shared.contracts.cases import CaseChangedV1, Named
from veche_shared.ids import new_id
from veche_shared.storage.kept_figures import KeptFigures
from veche_shared.storage.mongo import Document, Mongo
from veche_shared.storage.unit_of_work import Transactions, UnitOfWork
from veche_surveys.ballots.model import Ballot, CountedVotes, Tally
from veche_surveys.ballots.store import BallotStore

T = TypeVar("T")

BATCH: Final = 1_000
YEAR: Final = timedelta(days=365)
TEXT: Final = "Во дворе разбита дорога, после дождя не пройти с коляской. Просим засыпать яму и починить бордюр. " * 4

WAYS: Final = ("closed",) * 9 + ("answered",) * 3 + ("in_progress",) * 3 + ("assigned",) * 3 + ("triage", "moved")
"""How cases end, each as often as it stands here: three in five are answered."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of case has become in each service."""

    case: Case
    view: PublicView
    entries: tuple[PlacedEntry, ...]
    delivery: Delivery | None
    names: dict[str, Named]


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases of one installation."""

    intake: Mongo
    routing: Mongo
    notifications: Mongo
    surveys: Mongo


class History:
    """Cases of a year that ends ``now``, evenly spread over it, over departments, topics and territories.

    The same number gives the same case.
    """

    def __init__(self, now: datetime, departments: int | None = None) -> None:
        city = load_city(DEFAULT_PACK)
        self.now = now
        self._calendar = city.calendar
        self._edition = edition_of(load_pack(city), now.date())
        self._topics = list(self._edition.topics.values())
        self._territories = list(self._edition.territories.values())
        self.departments = [department.code for department in self._edition.acting_departments][:departments]
        ways = dict.fromkeys(WAYS)
        self._kinds = {(way, code): self._kind(way, code) for way in ways for code in self.departments}

    def kind(self, index: int) -> Kind:
        """The kind of the case ``index``."""
        return self._kinds[_nth(WAYS, index), _nth(self.departments, index // len(WAYS))]

    def _kind(self, way: str, code: str) -> Kind:
        appeal = AppealRegistered(
            appeal_id="appeal",
            number="number",
            channel="web",
            text=TEXT,
            author="author",
            reachable_by=["email"],
            received_at=self.now,
            registered_at=self.now,
        )
        department = None if way == "triage" else self._edition.departments[code]
        topic = self._topics[0]
        routing = Routing(
            guess=TopicGuess(topic.code, 0.9, ("дорога",)),
            place=NO_LOCATION,
            topic=topic,
            territory=self._territories[0],
            department=department,
            rule=None if department is None else "rule",
            triage_reason="unsure_topic" if department is None else None,
        )
        deadline = deadline_of(self._edition.terms["message"], self.now, self._calendar)
        cases = [open_case("case", appeal, routing, deadline, self.now)]
        for command in self._commands(way, code):
            cases.append(self._decided(cases[-1], command))
        events = [CaseChangedV1.model_validate_json(case_changed(case, new_id()).value) for case in cases]
        view: PublicView | None = None
        for event in events:
            view = after(view, event)
        assert view is not None
        deliveries = [delivery_of(event, self.now, ["email"]) for event in events]
        names = {event.data.department.code: event.data.department for event in events if event.data.department}
        return Kind(cases[-1], view, tuple(place(events, [])), next(filter(None, deliveries), None), names)

    def _commands(self, way: str, code: str) -> list[Command]:
        accept, answer = Accept(command_id="1"), Answer(command_id="2", text="Яма засыпана, бордюр починен.")
        other = self.departments[(self.departments.index(code) + 1) % len(self.departments)]
        commands: dict[str, list[Command]] = {
            "closed": [accept, answer, Close(command_id="3")],
            "answered": [accept, answer],
            "in_progress": [accept],
            "moved": [Reassign(command_id="4", department=other, reason="Это не наша дорога.")],
        }
        return commands.get(way, [])

    def _decided(self, case: Case, command: Command) -> Case:
        departments = frozenset() if case.department is None else frozenset({case.department.code})
        actor = Actor("ivan", "Иван", frozenset({"officer", "coordinator"}), departments)
        decision = decide(case, command, actor, self._edition.departments, self.now)
        assert isinstance(decision, Decision), decision
        return decision.case

    # The documents of single cases

    def registered(self, index: int, total: int) -> datetime:
        """When the case ``index`` of so many was registered."""
        return self.now - YEAR + YEAR * (index + 1) / (total + 1)

    def case(self, index: int, total: int) -> Case:
        case, at = self.kind(index).case, self.registered(index, total)
        due = None if case.due is None else replace(case.due, at=at + (case.due.at - self.now))
        return replace(
            case,
            id=case_id(index),
            appeal_id=f"appeal-{index:09d}",
            number=number_of(index),
            topic=Label(*_names(_nth(self._topics, index // 3))),
            territory=Label(*_names(_nth(self._territories, index // 7))),
            author=f"author-{index}",
            due=due,
            received_at=at,
            registered_at=at,
        )

    def view(self, index: int, total: int) -> PublicView:
        view, at = self.kind(index).view, self.registered(index, total)
        answered_at = None if view.answered_at is None else at + timedelta(hours=1 + index * 37 % 400)
        return replace(
            view, number=number_of(index), case_id=case_id(index), since=at, registered_at=at, answered_at=answered_at
        )

    def entries(self, index: int, total: int) -> list[PlacedEntry]:
        at = self.registered(index, total)
        fields = {"case_id": case_id(index), "number": number_of(index), "registered_at": at, "changed_at": at}
        return [
            replace(
                entry,
                line=entry.line.model_copy(
                    update={**fields, "due_at": entry.line.due_at and at + (entry.line.due_at - self.now)}
                ),
            )
            for entry in self.kind(index).entries
        ]

    def delivery(self, index: int, total: int) -> Delivery | None:
        delivery, at = self.kind(index).delivery, self.registered(index, total)
        if delivery is None:
            return None
        return replace(
            delivery,
            id=f"delivery-{index:09d}",
            case_id=case_id(index),
            author=f"author-{index}",
            notice=delivery.notice.model_copy(update={"number": number_of(index), "registered_at": at}),
            created_at=at,
            due_at=at,
            state="sent",
        )

    def appeal(self, index: int, total: int) -> Document:
        receipt = AppealReceipt(
            appeal_id=f"appeal-{index:09d}", number=number_of(index), registered_at=self.registered(index, total)
        )
        return appeal_document(
            NewAppeal(text=TEXT),
            receipt,
            keys=[f"web:{index}"],
            digest=b"digest",
            channel="web",
            regime="message",
            pseudonym=f"author-{index}",
        )


def number_of(index: int) -> str:
    """The public number of a case of the history; of a year in which no number is given any more."""
    return f"Д-2020-{index + 1:07d}"


def case_id(index: int) -> str:
    """Its id."""
    return f"case-{index:09d}"


def _nth(things: Sequence[T], index: int) -> T:
    return things[index % len(things)]


def _names(thing: Topic | Territory) -> tuple[str, str, str | None]:
    return thing.code, thing.name, thing.name_en


async def fill(
    databases: Databases, history: History, total: int, poll_id: str, options: Sequence[str], batch: int = BATCH
) -> None:
    """Write a history of so many cases, and as many ballots in one poll, into databases whose indexes are declared."""
    for start in range(0, total, batch):
        part = range(start, min(start + batch, total))
        await asyncio.gather(
            _fill_intake(databases.intake, history, part, total),
            _fill_routing(databases.routing, history, part, total),
            _fill_notifications(databases.notifications, history, part, total),
            _fill_surveys(databases.surveys, history, part, total, poll_id, options),
        )
    clock: Clock = lambda: history.now  # noqa: E731 - a constant clock
    await answer_figures(PublicViewStore(databases.intake), clock).count_if_due()
    await KeptFigures(databases.routing, COUNTS, CaseStore(databases.routing).recount, clock).count_if_due()


async def _run(mongo: Mongo, work: Callable[[UnitOfWork], Awaitable[None]]) -> None:
    await Transactions(mongo, lambda: None).run(work, within=60.0)


async def _fill_intake(mongo: Mongo, history: History, part: range, total: int) -> None:
    appeals = [history.appeal(index, total) for index in part]
    views = {view.number: view for view in (history.view(index, total) for index in part)}

    async def work(unit: UnitOfWork) -> None:
        await unit.insert(APPEALS, appeals)
        await PublicViewStore(mongo).save(unit, {}, views)

    await _run(mongo, work)


async def _fill_routing(mongo: Mongo, history: History, part: range, total: int) -> None:
    cases = [history.case(index, total) for index in part]

    async def work(unit: UnitOfWork) -> None:
        await CaseStore(mongo).add(unit.session, cases)

    await _run(mongo, work)


async def _fill_notifications(mongo: Mongo, history: History, part: range, total: int) -> None:
    placed = [entry for index in part for entry in history.entries(index, total)]
    names: dict[str, Named] = {}
    for index in part:
        names.update(history.kind(index).names)
    deliveries = [delivery for index in part if (delivery := history.delivery(index, total)) is not None]
    store = FeedStore(mongo)

    async def work(unit: UnitOfWork) -> None:
        before = await store.reserve(feed_changes(placed, []), names, unit.session)
        await store.save(unit, [], numbered(placed, before))
        await unit.insert(DELIVERIES, [delivery_document(delivery) for delivery in deliveries])

    await _run(mongo, work)


async def _fill_surveys(
    mongo: Mongo, history: History, part: range, total: int, poll_id: str, options: Sequence[str]
) -> None:
    ballots = [
        Ballot(
            id=vote_id(index),
            poll_id=poll_id,
            voter_key=f"voter-{index}",
            options=(options[index % len(options)],),
            channel="web",
            cast_at=history.registered(index, total),
        )
        for index in part
    ]
    tally = Tally(len(ballots), Counter(ballot.options[0] for ballot in ballots))
    store = BallotStore(mongo)

    async def work(unit: UnitOfWork) -> None:
        await store.insert(CountedVotes(tuple(ballots)), history.now, unit)
        await store.add({poll_id: tally}, unit)

    await _run(mongo, work)


def vote_id(index: int) -> str:
    """The id of a vote of the history."""
    return f"vote-{index:09d}"
