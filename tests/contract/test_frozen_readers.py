"""Releases meet: what a newer service writes is read by an older one, and the other way round.

``tests.contract.frozen`` holds the readers of a release as they were. Today's readers and those are given events of a
release that does not exist yet; and what today's services write is given to the frozen ones (here, and for every
message of ``test_writers``).
"""

from __future__ import annotations

import ast
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from tests.contract import frozen as frozen_package
from tests.contract.frozen import events as old
from tests.contract.frozen import readers as frozen
from tests.contract.snapshot import EXAMPLES, event_models
from tests.unit.routing.factories import COORDINATOR, ROADS, a_case, decided, routed
from veche_intake.polls.rules import newest
from veche_intake.status.rules import after
from veche_intake.votes import rules as intake_votes
from veche_intake.votes.events import vote_cast
from veche_intake.votes.model import NewVote
from veche_notifications.carriers.registry import MEDIA
from veche_notifications.deliveries.rules import delivery_of
from veche_notifications.feeds.model import Numbers
from veche_notifications.feeds.rules import is_open, numbered, place
from veche_routing.cases.events import case_changed
from veche_routing.cases.model import Accept, Answer, Case, Close, Command, Reopen
from veche_routing.cases.rules import open_case
from veche_shared.contracts.appeals import AppealRegisteredV1
from veche_shared.contracts.cases import CaseChangedV1
from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.surveys import BallotRejectedV1, PollChangedV1
from veche_shared.contracts.votes import VoteCastV1
from veche_shared.ids import CountedIds
from veche_shared.messaging.decoding import Decoded, Decoder, Ignored, Record
from veche_surveys.ballots import rules as ballots
from veche_surveys.polls import rules as polls
from veche_surveys.polls.events import poll_changed
from veche_surveys.polls.model import Option, Poll, PollDraft

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
IDS = CountedIds()
YOUNGER_TYPES = frozenset({"session.ended.v1"})
"""Types of events that came after the frozen release."""
WAYS = [medium.code for medium in MEDIA]

Current = TypeVar("Current", bound=Event[Contract])
Old = TypeVar("Old", bound=old.Contract)


def newer(event_type: str, **changed: object) -> bytes:
    """An event of a newer release: unknown fields, and an unknown value in every code."""
    event = json.loads((EXAMPLES / event_type / "newer.json").read_bytes())
    event["data"].update(changed)
    return json.dumps(event).encode()


def decoded(model: type[Current], value: bytes) -> Current:
    """The event that a consumer of this release hands to its handler; a dead letter fails the test."""
    found = Decoder([model]).decode(Record("topic", 0, 0, b"key", value))
    assert isinstance(found, Decoded), found
    return found.event


def decoded_formerly(model: type[Old], value: bytes) -> Old:
    """The event as the frozen consumer had it; raises DeadLetter."""
    found = old.decoded(value)
    assert isinstance(found, model)
    return found


@pytest.mark.parametrize("event_type", event_models())
def test_nothing_of_a_newer_release_becomes_a_dead_letter(event_type: str) -> None:
    assert decoded(event_models()[event_type], newer(event_type)).type == event_type
    frozen_event = old.decoded(newer(event_type))
    if event_type in YOUNGER_TYPES:
        assert frozen_event is None  # of a type that it does not know: ignored
    else:
        assert frozen_event is not None
        assert frozen_event.type == event_type


def test_a_type_of_a_newer_release_is_ignored() -> None:
    event = json.loads(newer("case.changed.v1"))
    value = json.dumps({**event, "type": "case.merged.v1"}).encode()
    assert isinstance(Decoder([CaseChangedV1]).decode(Record("cases", 0, 0, b"key", value)), Ignored)
    assert old.decoded(value) is None


def test_the_frozen_readers_can_refuse() -> None:
    event = json.loads(newer("case.changed.v1"))
    del event["data"]["status"]
    with pytest.raises(old.DeadLetter):
        old.decoded(json.dumps(event).encode())


def test_a_case_in_an_unknown_status_is_an_open_entry_that_asks_for_nothing() -> None:
    value = newer("case.changed.v1")
    event = decoded(CaseChangedV1, value)
    assert event.data.status == "postponed"
    [placed] = place([event], [])
    [entry] = numbered([placed], Numbers())
    assert (entry.feed, is_open(entry), placed.attention) == ("improvement", True, False)
    before = frozen.feed_entry(decoded_formerly(old.CaseChangedV1, value).data)
    assert before == frozen.FeedEntry("improvement", open=True, asks=False, chip="in_progress")


def test_of_an_unknown_action_nothing_is_sent() -> None:
    value = newer("case.changed.v1", reachable_by=["email"])
    assert delivery_of(decoded(CaseChangedV1, value), NOW, WAYS) is None
    assert frozen.notice_kind(decoded_formerly(old.CaseChangedV1, value).data) is None


def test_an_unknown_medium_is_ignored_beside_a_known_one_and_alone() -> None:
    known = newer("case.changed.v1", action="answer", reachable_by=["telegram", "email"])
    delivery = delivery_of(decoded(CaseChangedV1, known), NOW, WAYS)
    assert delivery is not None
    assert delivery.notice.kind == frozen.notice_kind(decoded_formerly(old.CaseChangedV1, known).data) == "answered"
    alone = newer("case.changed.v1", action="answer", reachable_by=["telegram"])
    assert delivery_of(decoded(CaseChangedV1, alone), NOW, WAYS) is None
    assert frozen.notice_kind(decoded_formerly(old.CaseChangedV1, alone).data) is None


def test_the_status_page_is_neutral_about_an_unknown_status() -> None:
    value = newer("case.changed.v1")
    assert after(None, decoded(CaseChangedV1, value)).state == "open"
    assert frozen.public_state(decoded_formerly(old.CaseChangedV1, value).data) == "open"


def test_an_appeal_of_an_unknown_channel_becomes_a_case_and_its_codes_go_on() -> None:
    value = newer("appeal.registered.v1")
    case = open_case("case", decoded(AppealRegisteredV1, value).data, routed(), None, NOW)
    before = frozen.passed_on(decoded_formerly(old.AppealRegisteredV1, value).data)
    assert before == frozen.PassedOn(case.channel, case.regime, case.language, case.reachable_by)
    assert before == frozen.PassedOn("kiosk", "petition", "tt", ("telegram", "email"))


@pytest.mark.parametrize(
    ("hours", "reason"), [(-1, "poll_not_open"), (0, None), (1, None), (14 * 24, "poll_closed"), (999, "poll_closed")]
)
def test_a_poll_in_an_unknown_status_takes_votes_by_its_term(hours: int, reason: str | None) -> None:
    poll_value, cast_at = newer("poll.changed.v1"), NOW + hours * HOUR
    vote_value = newer("vote.cast.v1", cast_at=cast_at.isoformat())
    [view] = newest([decoded(PollChangedV1, poll_value).data], {})
    assert view.status == "paused"
    given = NewVote(poll_id=view.poll_id, options=["park", "pier"], voter="ivan", cast_at=cast_at)
    refused = intake_votes.rejection(given, view, cast_at)
    assert (None if refused is None else refused.code) == reason

    stored = Poll(
        id=view.poll_id,
        version=view.version,
        status=view.status,
        kind="site_poll",
        question=view.question,
        question_en=None,
        options=tuple(Option(option.code, option.text) for option in view.options),
        max_choices=view.max_choices,
        opens_at=view.opens_at,
        closes_at=view.closes_at,
        results_shown="always",
        history=(),
    )
    assert ballots.rejection_of(decoded(VoteCastV1, vote_value).data, stored.terms, voted_already=False) == reason
    known = decoded_formerly(old.PollChangedV1, poll_value).data
    assert frozen.vote_refusal(decoded_formerly(old.VoteCastV1, vote_value).data, known) == reason


def test_after_a_rejection_for_an_unknown_reason_a_person_may_vote_again() -> None:
    value = newer("ballot.rejected.v1")
    assert intake_votes.frees_the_voter(decoded(BallotRejectedV1, value).data.reason)
    assert frozen.frees_the_voter(decoded_formerly(old.BallotRejectedV1, value).data)


def test_the_frozen_readers_understand_the_whole_life_of_a_case_of_this_release() -> None:
    case, life = a_case(), [a_case()]
    commands: list[Command] = [
        Accept(command_id="1"),
        Answer(command_id="2", text="Засыпали."),
        Close(command_id="3"),
        Reopen(command_id="4", reason="не засыпали"),
    ]
    for command in commands:
        actor = COORDINATOR if isinstance(command, Reopen) else ROADS
        case = decided(case, command, actor).case
        life.append(case)
    read = [decoded_formerly(old.CaseChangedV1, published(one)).data for one in life]
    assert [frozen.public_state(one) for one in read] == ["assigned", "in_progress", "answered", "closed", "deciding"]
    assert [frozen.notice_kind(one) for one in read] == ["assigned", "accepted", "answered", "closed", "reopened"]
    assert [(entry.feed, entry.open, entry.asks) for entry in map(frozen.feed_entry, read)] == [
        ("roads", True, True),
        ("roads", True, False),
        ("roads", False, False),
        ("roads", False, False),
        ("triage", True, True),
    ]


def published(case: Case) -> bytes:
    return case_changed(case, IDS()).value


def test_the_frozen_readers_count_votes_by_the_polls_of_this_release() -> None:
    draft = polls.created(
        PollDraft("?", (Option("park", "Парк"), Option("pier", "Пристань")), closes_at=NOW + HOUR),
        poll_id="poll",
        actor="anna",
        now=NOW - HOUR,
    )
    opened = polls.decide(draft, "open", actor="anna", now=NOW)
    assert isinstance(opened, Poll)
    closed = polls.decide(opened, "close", actor="anna", now=NOW + HOUR)
    assert isinstance(closed, Poll)
    vote = vote_cast(
        NewVote(poll_id="poll", options=["park"], voter="ivan"),
        event_id=IDS(),
        vote_id="vote",
        hashed_voter="9c1f",
        channel="web",
        now=NOW,
        traceparent=None,
    )
    cast = decoded_formerly(old.VoteCastV1, vote.model_dump_json().encode()).data
    known = [
        decoded_formerly(old.PollChangedV1, poll_changed(poll, IDS()).model_dump_json().encode()).data
        for poll in (draft, opened, closed)
    ]
    assert [frozen.vote_refusal(cast, poll) for poll in known] == ["poll_not_open", None, None]


def test_the_frozen_readers_import_nothing_of_the_project() -> None:
    imported: set[str] = set()
    for file in Path(next(iter(frozen_package.__path__))).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module))
    assert {name for name in imported if name.startswith(("veche", "tests", "deploy"))} == {
        "tests.contract.frozen.events"
    }
