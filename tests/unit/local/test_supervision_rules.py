"""What the supervisor decides: order of start and stop, pauses, giving up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_local.supervision import rules
from veche_local.supervision.model import Life

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NEEDS: dict[str, tuple[str, ...]] = {
    "mongod": (),
    "kafka": (),
    "intake": ("mongod", "kafka"),
    "routing": ("mongod", "kafka"),
    "gateway": (),
}


@st.composite
def dependencies(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Parts that need only parts named before them: no cycles."""
    names = [f"part{number}" for number in range(draw(st.integers(1, 8)))]
    return {
        name: tuple(draw(st.lists(st.sampled_from(names[:place]), unique=True)) if place else ())
        for place, name in enumerate(names)
    }


def running_since(moment: datetime, failures: int = 0) -> Life:
    return Life("running", moment, ever_ready=True, failures=failures)


@given(dependencies())
def test_every_part_comes_after_all_that_it_needs(needs: dict[str, tuple[str, ...]]) -> None:
    place = {name: number for number, layer in enumerate(rules.layers(needs)) for name in layer}
    assert place.keys() == needs.keys()
    assert all(place[need] < place[name] for name, wanted in needs.items() for need in wanted)


def test_parts_that_need_one_another_are_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        rules.layers({"a": ("b",), "b": ("a",)})


def test_the_gateway_stops_first_then_the_services_then_kafka_and_mongod_last() -> None:
    outlived_by: dict[str, tuple[str, ...]] = {
        **dict.fromkeys(NEEDS, ()),
        "kafka": ("mongod",),
        "gateway": ("intake", "routing"),
    }
    assert rules.stop_layers(NEEDS, outlived_by) == (("gateway",), ("intake", "routing"), ("kafka",), ("mongod",))


def test_pauses_double_from_half_a_second_to_half_a_minute() -> None:
    seconds = [rules.pause(failures).total_seconds() for failures in range(1, 9)]
    assert seconds == [0.5, 1, 2, 4, 8, 16, 30, 30]


@given(st.integers(0, 10**9))
def test_a_pause_is_never_longer_than_half_a_minute(failures: int) -> None:
    assert timedelta(0) < rules.pause(failures) <= rules.LONGEST_PAUSE


def test_what_dies_after_it_served_is_restarted_and_the_fact_is_kept() -> None:
    life = rules.died(running_since(NOON), NOON + timedelta(seconds=5), "killed by SIGKILL")
    assert life.state == "restarting"
    assert life.restarts == 1
    assert life.note == "killed by SIGKILL"
    assert life.retry_at == NOON + timedelta(seconds=5.5)


def test_deaths_in_a_row_stretch_the_pause() -> None:
    life = running_since(NOON, failures=3)
    assert rules.died(life, NOON + timedelta(seconds=59), "again").retry_at == NOON + timedelta(seconds=59 + 4)


def test_a_steady_minute_wipes_the_slate_clean() -> None:
    life = rules.died(running_since(NOON, failures=6), NOON + timedelta(seconds=60), "after long service")
    assert life.failures == 1
    assert life.retry_at == NOON + timedelta(seconds=60.5)


def test_what_never_served_is_given_up_at_its_third_death() -> None:
    life = Life("waiting", NOON)
    states = []
    for _ in range(3):
        life = rules.died(rules.launched(life, NOON), NOON, "ended with code 1")
        states.append(life.state)
    assert states == ["restarting", "restarting", "failed"]


def test_what_says_that_its_settings_are_wrong_is_given_up_at_once() -> None:
    assert rules.died(Life("starting", NOON), NOON, "ended with code 78", hopeless=True).state == "failed"


@given(st.integers(0, 50), st.booleans())
def test_what_has_served_once_is_never_given_up(deaths: int, hopeless: bool) -> None:
    life = running_since(NOON)
    for _ in range(deaths + 1):
        life = rules.died(rules.launched(life, NOON), NOON, "died", hopeless=hopeless)
    assert life.state == "restarting"
    assert life.restarts == deaths + 1


def test_the_whole_is_ready_once_all_parts_serve_and_stays_so_while_one_is_restarted() -> None:
    lives = {"kafka": running_since(NOON), "intake": Life("starting", NOON)}
    assert rules.phase(lives, was_ready=False) == "starting"
    lives["intake"] = rules.became_ready(lives["intake"], NOON)
    assert rules.phase(lives, was_ready=False) == "ready"
    lives["intake"] = rules.died(lives["intake"], NOON, "died")
    assert rules.phase(lives, was_ready=True) == "ready"


def test_the_whole_has_failed_when_one_part_is_given_up() -> None:
    assert rules.phase({"a": running_since(NOON), "b": Life("failed", NOON)}, was_ready=False) == "failed"
