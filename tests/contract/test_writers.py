"""What the services really write keeps to the committed schemas.

Intake and routing build their events without a second validation, since that is what their speed is made of: here is
where a field that was forgotten, or a limit that the door does not keep, comes to light.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from tests.contract.frozen import events as frozen
from tests.contract.snapshot import committed_schemas
from tests.unit.routing.factories import COORDINATOR, NOW, a_case, decided
from veche_intake.appeals.events import appeal_registered
from veche_intake.appeals.model import AppealReceipt, NewAppeal, PlaceGiven
from veche_intake.vault.model import Author
from veche_intake.votes.events import vote_cast
from veche_intake.votes.model import NewVote
from veche_notifications.carriers.protocol import Medium
from veche_notifications.carriers.registry import MEDIA
from veche_notifications.deliveries.events import delivery_completed
from veche_notifications.deliveries.model import Completed, FinalState
from veche_notifications.deliveries.model import Receipt as DeliveryReceipt
from veche_notifications.deliveries.rules import delivery_of
from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Case, Command, Reassign, ReturnToTriage
from veche_routing.directory.events import session_ended
from veche_routing.directory.model import EndReason, Session
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.contracts.topics import APPEALS, DELIVERIES, SESSIONS, SURVEYS, VOTES
from veche_shared.ids import CountedIds
from veche_shared.storage.documents import Message
from veche_shared.storage.outbox import message_of
from veche_surveys.ballots.events import ballot_rejected
from veche_surveys.ballots.model import RejectedBallot, RejectionReason
from veche_surveys.polls import rules as poll_rules
from veche_surveys.polls.events import poll_changed
from veche_surveys.polls.model import Option, Poll, PollDraft

IDS = CountedIds()
YOUNGER_TYPES = frozenset({"session.ended.v1"})
"""Types of events that came after the frozen release, which ignores them."""
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
VALIDATORS = {
    name: Draft202012Validator(cast("dict[str, Any]", schema), format_checker=FormatChecker())
    for name, schema in committed_schemas().items()
}


def keeps_its_promise(message: Message) -> bool:
    """Whether a message holds what the schema of its event's type asks for, and what the readers of an earlier release
    can read; an AssertionError says what does not fit."""
    event = json.loads(message.value)
    complaints = [error.message for error in VALIDATORS[event["type"]].iter_errors(event)]
    assert complaints == []
    assert message.key.decode() == event["subject"]
    assert (frozen.decoded(message.value) is None) == (event["type"] in YOUNGER_TYPES)
    return True


moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis
words = st.text("абвгд ёЁ.,!?«»“😀xyz\n-", min_size=1, max_size=600).filter(str.strip)
lines = st.text("абвгд ёЁ.,№xyz", min_size=1, max_size=500).filter(str.strip)
short_lines = st.text("абвгд xyz", min_size=1, max_size=200).filter(str.strip)
places = st.one_of(
    st.builds(PlaceGiven, address=st.none() | lines, district=st.none() | short_lines),
    st.builds(PlaceGiven, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180)),
)
appeals = st.builds(
    NewAppeal,
    text=words,
    received_at=st.none() | moments,
    language=st.sampled_from(["ru", "en"]),
    place=st.none() | places,
    topic_hint=st.none() | short_lines,
    author=st.none() | st.just(Author(name="Иван", email="ivan@example.org")),
)


@given(appeal=appeals, pseudonym=st.none() | st.just("psn_1"), trace=st.none() | st.just(TRACE), now=moments)
def test_intake_registers_an_appeal_as_promised(
    appeal: NewAppeal, pseudonym: str | None, trace: str | None, now: datetime
) -> None:
    receipt = AppealReceipt("0195a1f0-7c00-7000-8000-00000000a001", "Д-2026-000123", now)
    event_id = IDS()
    value = appeal_registered(
        appeal,
        receipt,
        event_id=event_id,
        channel="web",
        regime="message",
        pseudonym=pseudonym,
        traceparent=trace,
    )
    assert keeps_its_promise(Message(event_id, APPEALS.name, receipt.appeal_id.encode(), value, now, trace))
    assert b"ivan@example.org" not in value


@given(
    options=st.lists(st.text("abc123", min_size=1, max_size=100), min_size=1, max_size=100),
    cast_at=st.none() | moments,
    now=moments,
)
def test_intake_casts_a_vote_as_promised(options: list[str], cast_at: datetime | None, now: datetime) -> None:
    vote = NewVote(poll_id="poll-1", options=options, voter="ivan", cast_at=cast_at)
    event = vote_cast(
        vote, event_id=IDS(), vote_id="vote-1", hashed_voter="9c1f", channel="web", now=now, traceparent=TRACE
    )
    message = message_of(VOTES, event)
    assert keeps_its_promise(message)
    assert b"ivan" not in message.value


def after(case: Case, *commands: Command) -> Case:
    for command in commands:
        case = decided(case, command, COORDINATOR, NOW + timedelta(minutes=1)).case
    return case


@pytest.mark.parametrize(
    "case",
    [
        a_case(),
        a_case(department=None),
        after(a_case(), Reassign(command_id="1", department="blago", reason="это газон")),
        after(a_case(), ReturnToTriage(command_id="1", reason="не наше")),
    ],
    ids=["routed", "in triage", "reassigned", "returned"],
)
def test_routing_announces_a_case_as_promised(case: Case) -> None:
    assert keeps_its_promise(case_changed(case, IDS()))
    assert keeps_its_promise(case_changed(case, IDS(), TRACE))


def a_poll(options: Sequence[Option], english: str | None = None) -> Poll:
    draft = PollDraft("Что обновить?", tuple(options), english, closes_at=NOW + timedelta(days=7))
    assert poll_rules.draft_rejections(draft, NOW) == []
    return poll_rules.created(draft, poll_id="0195a1f0-7c00-7000-8000-00000000b001", actor="anna", now=NOW)


@pytest.mark.parametrize("count", [2, 100])
def test_surveys_announces_a_poll_as_promised(count: int) -> None:
    draft = a_poll([Option(f"o{n}", f"Вариант {n}", f"Option {n}" if n % 2 else None) for n in range(count)], "What?")
    opened = poll_rules.decide(draft, "open", actor="anna", now=NOW)
    assert isinstance(opened, Poll)
    closed = poll_rules.decide(opened, "close", actor="anna", now=NOW + timedelta(days=1))
    assert isinstance(closed, Poll)
    for poll in (draft, opened, closed):
        assert keeps_its_promise(message_of(SURVEYS, poll_changed(poll, IDS(), TRACE)))


@pytest.mark.parametrize("reason", get_args(RejectionReason))
@pytest.mark.parametrize("poll_id", ["poll-1", "", "x" * 1_000])
def test_surveys_announces_a_rejected_ballot_as_promised(reason: RejectionReason, poll_id: str) -> None:
    event = ballot_rejected(RejectedBallot("vote-1", poll_id, reason), IDS(), NOW)
    assert keeps_its_promise(message_of(SURVEYS, event))


@pytest.mark.parametrize("state", get_args(FinalState))
@pytest.mark.parametrize("medium", MEDIA)
def test_notifications_announces_a_delivery_as_promised(state: FinalState, medium: Medium) -> None:
    event = CaseChangedV1.model_validate_json(case_changed(a_case(), IDS()).value)
    delivery = delivery_of(event, NOW, [medium.code])
    assert delivery is not None
    for code in (250, None):
        completed = Completed(state, DeliveryReceipt(NOW, code, "queued"))
        assert keeps_its_promise(message_of(DELIVERIES, delivery_completed(delivery, completed, IDS())))


@pytest.mark.parametrize("reason", get_args(EndReason))
def test_routing_announces_an_ended_session_as_promised(reason: EndReason) -> None:
    session = Session("0195a1f0-7c00-7000-8000-00000000d001", "petrova", "browser", NOW, NOW + timedelta(hours=12))
    for trace in (None, TRACE):
        assert keeps_its_promise(message_of(SESSIONS, session_ended(session, reason, NOW, IDS(), trace)))


def test_the_check_itself_can_fail() -> None:
    message = case_changed(a_case(), IDS())
    broken = json.loads(message.value)
    del broken["data"]["status"]
    with pytest.raises(AssertionError, match="status"):
        keeps_its_promise(replace(message, value=json.dumps(broken).encode()))
