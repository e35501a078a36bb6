"""From an appeal to its department, or to the coordinators with the reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from tests.unit.routing.factories import an_appeal
from veche_routing.packs.files import load_pack
from veche_routing.responsibility.model import Routing
from veche_routing.responsibility.rules import Ruleset, RulesetCache, route, route_all
from veche_shared.city import load_city
from veche_shared.contracts.appeals import Place

CITY = load_city("dzerzhinsk")
PACK = load_pack(CITY)
RULESET = Ruleset.of(PACK, date(2026, 11, 24))


def routing_of(text: str, address: str | None = None, hint: str | None = None) -> Routing:
    appeal = an_appeal(text=text).model_copy(update={"place": Place(address=address), "topic_hint": hint})
    return route(appeal, RULESET)


def test_topic_and_territory_together_choose_the_department() -> None:
    in_city = routing_of("Яма на дороге, пробил колесо", "пр-т Чкалова, 5")
    in_village = routing_of("Яма на дороге, пробил колесо", "пос. Пыра, ул. Советская, 10")
    assert in_city.department is not None
    assert in_village.department is not None
    assert (in_city.department.code, in_city.rule) == ("roads", "roads")
    assert (in_village.department.code, in_village.rule) == ("settlements", "settlement-streets")


@pytest.mark.parametrize(
    ("text", "address", "reason"),
    [
        ("Здравствуйте, помогите", None, "no_topic"),
        ("Прислали отписку, ответ не соответствует вопросу, формальный ответ", None, "complaint"),
        ("Яма на дороге, асфальт разбит", "г. Дзержинский, Московская область", "foreign_place"),
    ],
)
def test_what_a_person_must_decide_goes_to_triage_with_its_reason(text: str, address: str | None, reason: str) -> None:
    routing = routing_of(text, address)
    assert (routing.department, routing.triage_reason) == (None, reason)


def test_a_batch_is_decided_as_its_appeals_one_by_one() -> None:
    texts = ["Яма на дороге, пробил колесо", "Здравствуйте, помогите", "Не горят фонари на улице Мира"]
    addresses = ["пос. Пыра, ул. Советская, 10", None, "г. Дзержинский, Московская область"]
    hints = [None, "0003.0009.0097.0690", "Прочее"]
    appeals = [
        an_appeal(text=text).model_copy(update={"place": Place(address=address), "topic_hint": hint})
        for text, address, hint in product(texts, addresses, hints)
    ]
    together = route_all(appeals, RULESET)
    assert together == [route(appeal, RULESET) for appeal in appeals]
    assert {routing.department.code if routing.department else None for routing in together} > {None, "roads"}
    assert route_all([], RULESET) == []


def test_a_topic_below_the_threshold_is_named_and_not_followed() -> None:
    routing = routing_of("Что-то с деревом, и автобус, и дом")
    assert (routing.department, routing.triage_reason) == (None, "unsure_topic")
    assert routing.guess.topic is not None


def test_the_channels_topic_is_the_strongest_sign() -> None:
    routing = routing_of("Здравствуйте, помогите", hint="0003.0009.0097.0690")
    assert routing.department is not None
    assert (routing.department.code, routing.guess.confidence) == ("roads", 1.0)


def test_an_unknown_topic_of_the_channel_falls_back_to_the_words() -> None:
    routing = routing_of("Яма на дороге, пробил колесо", hint="Прочее")
    assert routing.department is not None
    assert routing.guess.basis == "lexicon"


def test_the_ruleset_is_made_anew_only_when_the_pack_changes() -> None:
    old = PACK.departments[1].model_copy(update={"valid_to": date(2026, 12, 31)})
    new = PACK.departments[1].model_copy(update={"name": "Новое имя", "valid_from": date(2027, 1, 1)})
    pack = PACK.model_copy(update={"departments": (PACK.departments[0], old, new, *PACK.departments[2:])})
    rulesets = RulesetCache(pack, CITY.calendar)
    first = rulesets.at(datetime(2026, 11, 24, tzinfo=UTC))
    assert rulesets.at(datetime(2026, 12, 31, 20, tzinfo=UTC)) is first
    # 21:00 UTC is midnight in the city.
    renamed = rulesets.at(datetime(2026, 12, 31, 21, tzinfo=UTC))
    assert renamed.edition.departments["blago"].name == "Новое имя"
