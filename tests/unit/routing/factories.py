"""Appeals, cases and people of an imaginary day, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime

from veche_routing.cases.model import Actor, Case, Command
from veche_routing.cases.rules import Decision, case_id, decide, open_case
from veche_routing.classification.model import NO_TOPIC, TopicGuess
from veche_routing.packs.files import load_pack
from veche_routing.packs.rules import edition_of
from veche_routing.responsibility.model import Routing
from veche_routing.territory.model import NO_LOCATION
from veche_shared.city import load_city
from veche_shared.contracts.appeals import AppealRegistered

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EDITION = edition_of(load_pack(load_city("dzerzhinsk")), date(2026, 11, 24))
DEPARTMENTS = EDITION.departments


def person(login: str, *roles: str, departments: tuple[str, ...] = ()) -> Actor:
    return Actor(login, login.title(), frozenset(roles), frozenset(departments))


COORDINATOR = person("maria", "coordinator")
ROADS = person("ivan", "officer", departments=("roads",))
BLAGO = person("olga", "officer", departments=("blago",))
OPERATOR = person("oleg", "operator")


def an_appeal(number: int = 1, text: str = "Яма на дороге") -> AppealRegistered:
    return AppealRegistered(
        appeal_id=f"appeal-{number}",
        number=f"Д-2026-{number:06d}",
        channel="web",
        text=text,
        author="citizen-1",
        reachable_by=["email"],
        received_at=NOW,
        registered_at=NOW,
    )


def routed(department: str | None = "roads") -> Routing:
    """A decision for a department, or for the triage queue."""
    topic = None if department is None else EDITION.topics["0003.0009.0099.0742"]
    return Routing(
        guess=NO_TOPIC if topic is None else TopicGuess(topic.code, 0.9, ("яма",)),
        place=NO_LOCATION,
        topic=topic,
        territory=None,
        department=None if department is None else DEPARTMENTS[department],
        rule=None if department is None else "roads",
        triage_reason="no_topic" if department is None else None,
    )


def decided(case: Case, command: Command, actor: Actor, now: datetime = NOW) -> Decision:
    """The decision on a command that must be allowed."""
    decision = decide(case, command, actor, DEPARTMENTS, now)
    assert isinstance(decision, Decision), decision
    return decision


def a_case(department: str | None = "roads") -> Case:
    appeal = an_appeal()
    return open_case(case_id(appeal.appeal_id), appeal, routed(department), None, NOW)
