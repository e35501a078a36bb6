"""The demo scenario: the same seed gives the same appeals, and each of them is valid."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest

from veche_intake.appeals.model import NewAppeal
from veche_intake.channels.catalogue import read_channels
from veche_local.demo.scenario import AppealTemplate, PlannedAppeal, choose_option, load_scenario, planned_appeals
from veche_local.parts import LOCAL_CHANNELS

SCENARIO = load_scenario()


def planned(seed: int, count: int = 80, run: str = "r1", mean_pause: float = 12.0) -> list[PlannedAppeal]:
    return list(planned_appeals(SCENARIO, Random(seed), run=run, count=count, mean_pause=mean_pause))


def test_the_same_seed_gives_the_same_appeals() -> None:
    assert planned(7) == planned(7)
    assert planned(7) != planned(8)


def test_every_text_is_used_before_one_is_repeated() -> None:
    channels = Counter(appeal.channel for appeal in planned(1, len(SCENARIO.appeals)))
    assert channels == Counter(template.channel for template in SCENARIO.appeals)


def test_no_place_is_left_unfilled() -> None:
    for appeal in planned(3):
        assert "{" not in str(appeal.body["text"])


def test_the_address_is_the_one_that_the_text_names() -> None:
    for appeal in planned(3):
        place = appeal.body.get("place")
        if isinstance(place, dict):
            assert place["address"].removeprefix("Дзержинск, ") in str(appeal.body["text"])


def test_every_appeal_is_valid() -> None:
    for appeal in planned(5, 200):
        NewAppeal.model_validate(appeal.body)


def test_two_runs_share_no_external_id_and_one_run_repeats_none() -> None:
    first, second = ({appeal.external_id for appeal in planned(1, run=run)} for run in ("r1", "r2"))
    assert len(first) == 80
    assert not first & second


def test_pauses_are_irregular_and_about_as_long_as_asked_for() -> None:
    pauses = [appeal.pause for appeal in planned(2, 2_000, mean_pause=12.0)]
    assert sum(pauses) / len(pauses) == pytest.approx(12.0, rel=0.1)
    assert len(set(pauses)) == len(pauses)


def test_a_mean_pause_of_nought_gives_no_pauses() -> None:
    assert {appeal.pause for appeal in planned(2, mean_pause=0.0)} == {0.0}


def test_a_third_of_the_authors_give_an_address_of_a_reserved_domain() -> None:
    authors = [author for appeal in planned(4, 1_000) if isinstance(author := appeal.body.get("author"), dict)]
    assert 200 < len(authors) < 400
    assert all(author["email"].endswith("@example.org") for author in authors)  # RFC 2606


@pytest.mark.parametrize("template", SCENARIO.appeals, ids=lambda template: template.text[:24])
def test_every_text_comes_by_a_channel_for_which_the_demo_has_a_key(template: AppealTemplate) -> None:
    assert template.channel in LOCAL_CHANNELS
    assert len(template.text) >= 40
    assert template.text.count("{place}") <= 1


def test_the_demo_has_keys_for_channels_of_the_city_only() -> None:
    assert set(LOCAL_CHANNELS) <= read_channels(None).keys()


def test_every_option_has_a_weight_and_is_chosen_by_somebody() -> None:
    poll = SCENARIO.poll
    assert len(poll.weights) == len(poll.options) > 1
    assert all(weight > 0 for weight in poll.weights)
    random = Random(1)
    votes = Counter(islice(iter(lambda: choose_option(poll, random), None), 500))
    assert set(votes) == {option.code for option in poll.options}
