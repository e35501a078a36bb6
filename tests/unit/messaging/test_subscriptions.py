from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.contracts.surveys import BallotRejectedV1, PollChangedV1
from veche_shared.contracts.topics import CASES, SURVEYS
from veche_shared.messaging.subscriptions import event_models, subscribe
from veche_shared.storage.unit_of_work import UnitOfWork


async def on_cases(events: Sequence[CaseChangedV1], unit: UnitOfWork) -> None:
    del events, unit


@dataclass(frozen=True, slots=True)
class Polls:
    async def handle(self, events: Sequence[PollChangedV1 | BallotRejectedV1], unit: UnitOfWork) -> None:
        del events, unit

    async def __call__(self, events: Sequence[BallotRejectedV1], unit: UnitOfWork) -> None:
        del events, unit


async def on_anything(events: Sequence[object], unit: UnitOfWork) -> None:
    del events, unit


async def on_one(event: CaseChangedV1, unit: UnitOfWork) -> None:
    del event, unit


def test_the_events_that_a_handler_reads_stand_in_its_annotation() -> None:
    assert event_models(on_cases) == (CaseChangedV1,)
    assert event_models(Polls().handle) == (PollChangedV1, BallotRejectedV1)
    assert event_models(Polls()) == (BallotRejectedV1,)


def test_a_subscription_names_the_types_that_it_reads() -> None:
    assert subscribe(CASES, on_cases, group="feeds").event_types == ("case.changed.v1",)
    assert subscribe(SURVEYS, Polls().handle, group="polls").event_types == ("poll.changed.v1", "ballot.rejected.v1")


@pytest.mark.parametrize("handler", [on_anything, on_one])
def test_a_handler_of_something_else_than_events_is_refused(handler: object) -> None:
    with pytest.raises(TypeError, match="Sequence of event models"):
        event_models(handler)  # type: ignore[arg-type]
