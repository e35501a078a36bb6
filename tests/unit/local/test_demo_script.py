"""The made-up day: the same seed gives the same day, and every scene would be let in at the door."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest

from veche_intake.appeals.model import NewAppeal
from veche_intake.channels.catalogue import read_channels
from veche_local.demo.script import Scene, WrittenAppeal, choice_of, load_day, scenes
from veche_local.parts import LOCAL_CHANNELS

DAY = load_day()


def played(seed: int, count: int = 80, run: str = "r1", mean_pause: float = 12.0) -> list[Scene]:
    return list(scenes(DAY, Random(seed), run=run, count=count, mean_pause=mean_pause))


def test_the_same_seed_gives_the_same_day() -> None:
    assert played(7) == played(7)
    assert played(7) != played(8)


def test_every_text_is_told_before_one_comes_again() -> None:
    said = Counter(scene.channel for scene in played(1, len(DAY.appeals)))
    assert said == Counter(written.channel for written in DAY.appeals)


def test_no_place_is_left_unfilled() -> None:
    for scene in played(3):
        assert "{" not in str(scene.body["text"])


def test_the_address_is_the_one_that_the_text_names() -> None:
    for scene in played(3):
        place = scene.body.get("place")
        if isinstance(place, dict):
            assert place["address"].removeprefix("Дзержинск, ") in str(scene.body["text"])


def test_the_door_would_let_every_scene_in() -> None:
    for scene in played(5, 200):
        NewAppeal.model_validate(scene.body)


def test_two_runs_share_no_external_id_and_one_run_repeats_none() -> None:
    first, second = ({scene.external_id for scene in played(1, run=run)} for run in ("r1", "r2"))
    assert len(first) == 80
    assert not first & second


def test_pauses_are_irregular_and_about_as_long_as_asked_for() -> None:
    pauses = [scene.pause for scene in played(2, 2_000, mean_pause=12.0)]
    assert sum(pauses) / len(pauses) == pytest.approx(12.0, rel=0.1)
    assert len(set(pauses)) == len(pauses)


def test_without_pauses_nobody_waits() -> None:
    assert {scene.pause for scene in played(2, mean_pause=0.0)} == {0.0}


def test_most_people_leave_no_address_and_no_address_is_anybodys() -> None:
    authors = [author for scene in played(4, 1_000) if isinstance(author := scene.body.get("author"), dict)]
    assert 200 < len(authors) < 400
    assert all(author["email"].endswith("@example.org") for author in authors)  # RFC 2606: nobody's


@pytest.mark.parametrize("written", DAY.appeals, ids=lambda written: written.text[:24])
def test_every_text_comes_by_a_channel_that_this_machine_may_speak_for(written: WrittenAppeal) -> None:
    assert written.channel in LOCAL_CHANNELS
    assert len(written.text) >= 40
    assert written.text.count("{place}") <= 1


def test_this_machine_speaks_for_no_channel_that_the_city_does_not_know() -> None:
    assert set(LOCAL_CHANNELS) <= read_channels(None).keys()


def test_every_option_has_a_weight_and_is_taken_by_somebody() -> None:
    poll = DAY.poll
    assert len(poll.weights) == len(poll.options) > 1
    assert all(weight > 0 for weight in poll.weights)
    random = Random(1)
    votes = Counter(islice(iter(lambda: choice_of(poll, random), None), 500))
    assert set(votes) == {option.code for option in poll.options}
