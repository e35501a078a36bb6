"""A batch of appeals is decided in turns: none keeps the event loop for long, and each appeal is in one."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.routing.factories import NOW, an_appeal
from veche_routing.cases.consumer import TURN_APPEALS, TURN_CHARACTERS, turns
from veche_shared.contracts.appeals import AppealRegisteredV1


def events(lengths: Sequence[int]) -> list[AppealRegisteredV1]:
    return [
        AppealRegisteredV1(
            id=f"0195a1f0-7c00-7000-8000-{number:012d}",
            source="/veche/intake",
            subject="s",
            time=NOW,
            data=an_appeal(number, "я" * length),
        )
        for number, length in enumerate(lengths)
    ]


@given(st.lists(st.sampled_from([1, 300, 7_000, 20_000]), max_size=130))
def test_every_appeal_is_in_one_turn_in_order_and_no_turn_is_long(lengths: list[int]) -> None:
    given_events = events(lengths)
    parts = list(turns(given_events))
    assert [event for part in parts for event in part] == given_events
    for part in parts:
        assert 1 <= len(part) <= TURN_APPEALS
        assert len(part) == 1 or sum(len(event.data.text) for event in part) <= TURN_CHARACTERS
