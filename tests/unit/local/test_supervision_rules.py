"""What the supervisor decides: the order of start and stop, restarts, failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_local.supervision import rules
from veche_local.supervision.model import Lifecycle

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


def running_since(moment: datetime, failures: int = 0) -> Lifecycle:
    return Lifecycle("running", moment, ever_ready=True, failures=failures)


@given(dependencies())
def test_every_part_comes_after_all_that_it_needs(needs: dict[str, tuple[str, ...]]) -> None:
    place = {name: number for number, layer in enumerate(rules.layers(needs)) for name in layer}
    assert place.keys() == needs.keys()
    assert all(place[need] < place[name] for name, wanted in needs.items() for need in wanted)


def test_parts_that_need_one_another_are_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        rules.layers({"a": ("b",), "b": ("a",)})


def test_the_gateway_stops_first_then_the_services_then_kafka_and_mongod_last() -> None:
    stops_before: dict[str, tuple[str, ...]] = {
        **dict.fromkeys(NEEDS, ()),
        "kafka": ("mongod",),
        "gateway": ("intake", "routing"),
    }
    assert rules.stop_layers(NEEDS, stops_before) == (("gateway",), ("intake", "routing"), ("kafka",), ("mongod",))


def test_restart_delays_double_from_half_a_second_to_half_a_minute() -> None:
    seconds = [rules.restart_delay(failures).total_seconds() for failures in range(1, 9)]
    assert seconds == [0.5, 1, 2, 4, 8, 16, 30, 30]


@given(st.integers(0, 10**9))
def test_a_restart_delay_is_never_longer_than_half_a_minute(failures: int) -> None:
    assert timedelta(0) < rules.restart_delay(failures) <= rules.MAX_DELAY


def test_a_part_that_ends_after_it_has_served_is_restarted_with_a_note() -> None:
    part = rules.ended(running_since(NOON), NOON + timedelta(seconds=5), "killed by SIGKILL")
    assert part.state == "restarting"
    assert part.restarts == 1
    assert part.note == "killed by SIGKILL"
    assert part.retry_at == NOON + timedelta(seconds=5.5)


def test_failures_in_a_row_lengthen_the_restart_delay() -> None:
    part = running_since(NOON, failures=3)
    assert rules.ended(part, NOON + timedelta(seconds=59), "again").retry_at == NOON + timedelta(seconds=59 + 4)


def test_after_a_stable_minute_earlier_failures_are_forgotten() -> None:
    part = rules.ended(running_since(NOON, failures=6), NOON + timedelta(seconds=60), "after long service")
    assert part.failures == 1
    assert part.retry_at == NOON + timedelta(seconds=60.5)


def test_a_part_that_never_served_fails_at_its_third_end() -> None:
    part = Lifecycle("waiting", NOON)
    states = []
    for _ in range(3):
        part = rules.ended(rules.launched(part, NOON), NOON, "ended with code 1")
        states.append(part.state)
    assert states == ["restarting", "restarting", "failed"]


def test_a_part_that_reports_wrong_settings_fails_at_once() -> None:
    assert rules.ended(Lifecycle("starting", NOON), NOON, "ended with code 78", retryable=False).state == "failed"


@given(st.integers(0, 50), st.booleans())
def test_a_part_that_has_served_once_is_always_restarted(ends: int, retryable: bool) -> None:
    part = running_since(NOON)
    for _ in range(ends + 1):
        part = rules.ended(rules.launched(part, NOON), NOON, "ended", retryable=retryable)
    assert part.state == "restarting"
    assert part.restarts == ends + 1


def test_the_installation_is_ready_once_all_parts_serve_and_stays_so_while_one_is_restarted() -> None:
    parts = {"kafka": running_since(NOON), "intake": Lifecycle("starting", NOON)}
    assert rules.phase(parts, was_ready=False) == "starting"
    parts["intake"] = rules.became_ready(parts["intake"], NOON)
    assert rules.phase(parts, was_ready=False) == "ready"
    parts["intake"] = rules.ended(parts["intake"], NOON, "ended")
    assert rules.phase(parts, was_ready=True) == "ready"


def test_the_installation_has_failed_when_one_part_has() -> None:
    assert rules.phase({"a": running_since(NOON), "b": Lifecycle("failed", NOON)}, was_ready=False) == "failed"
