"""Which changes a citizen hears of, and what becomes of a delivery after each try."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.notifications.factories import MORNING, PARKS, ROADS, change
from veche_notifications.carriers.email.rules import attempt_of_reply, message_id
from veche_notifications.carriers.model import Deferred, NoAddress, Refused, Sent
from veche_notifications.deliveries import rules
from veche_notifications.deliveries.model import Again, Completed, Delivery
from veche_notifications.deliveries.rules import RetrySchedule, after_attempt, scrubbed
from veche_notifications.notices.rules import notice_of
from veche_shared.backoff import Backoff
from veche_shared.contracts.cases import CaseChangedV1


def delivery_of(event: CaseChangedV1, now: datetime) -> Delivery | None:
    return rules.delivery_of(event, now, ["email"])


@pytest.mark.parametrize(
    ("action", "previous", "kind"),
    [
        ("open", None, "received"),
        ("assign", "new", "assigned"),
        ("accept", "assigned", "accepted"),
        ("answer", "in_progress", "answered"),
        ("close", "answered", "closed"),
        ("reopen", "closed", "reopened"),
    ],
)
def test_every_change_that_the_public_sees_is_told(action: str, previous: str, kind: str) -> None:
    notice = notice_of(change(action=action, previous_status=previous))
    assert notice is not None
    assert notice.kind == kind


def test_a_case_that_goes_to_another_department_is_told_although_its_status_stays() -> None:
    event = change(action="reassign", department=PARKS, previous_status="assigned", previous_department=ROADS)
    notice = notice_of(event)
    assert notice is not None
    assert (notice.kind, notice.department) == ("reassigned", PARKS)


def test_a_case_back_in_the_triage_names_no_department() -> None:
    notice = notice_of(change(action="return_to_triage", department=None, previous_status="assigned"))
    assert notice is not None
    assert (notice.kind, notice.department) == ("returned", None)


def test_a_change_that_the_public_does_not_see_is_not_told() -> None:
    assert notice_of(change(action="assign", previous_status="assigned", previous_department=ROADS)) is None


def test_nothing_is_told_of_an_action_that_this_release_does_not_know() -> None:
    event = change(action="postpone", status="postponed", previous_status="in_progress")
    assert notice_of(event) is None
    assert delivery_of(event, MORNING) is None


def test_a_status_that_this_release_does_not_know_is_told_by_its_action() -> None:
    notice = notice_of(change(action="accept", status="postponed", previous_status="assigned"))
    assert notice is not None
    assert notice.kind == "accepted"


def test_a_medium_that_this_release_does_not_know_is_ignored() -> None:
    assert delivery_of(change(reachable_by=["telegram", "email"]), MORNING) is not None


def test_of_several_media_the_first_of_the_registry_is_taken() -> None:
    event = change(reachable_by=["email", "telegram"])
    chosen = [rules.delivery_of(event, MORNING, media) for media in (["telegram", "email"], ["email"], ["vk"])]
    assert [delivery and delivery.medium for delivery in chosen] == ["telegram", "email", None]


def test_the_answer_is_told_only_where_there_is_one_to_tell() -> None:
    assert notice_of(change(action="accept", previous_status="assigned", answer="старый ответ")).answer is None  # type: ignore[union-attr]
    assert notice_of(change(action="answer", previous_status="in_progress", answer="Починим")).answer == "Починим"  # type: ignore[union-attr]


@pytest.mark.parametrize("event", [change(author=None), change(reachable_by=[]), change(reachable_by=["telegram"])])
def test_nobody_is_told_who_cannot_be_reached(event: CaseChangedV1) -> None:
    assert delivery_of(event, MORNING) is None


def test_the_same_change_is_the_same_delivery_however_often_its_event_comes() -> None:
    first, second = delivery_of(change(version=2), MORNING), delivery_of(change(version=2), MORNING)
    assert first == second
    assert first is not None
    assert first.id == "case-1:2"
    assert message_id("case-1.2", "example.org") == "<case-1.2@example.org>"


# After a try

DAY = timedelta(days=1)
SCHEDULE = RetrySchedule(Backoff(jitter=lambda: 0.0, first=30, cap=3_600), give_up_after=DAY)


def delivery(attempts: int = 1) -> Delivery:
    made = delivery_of(change(), MORNING)
    assert made is not None
    return replace(made, attempts=attempts)


@pytest.mark.parametrize(
    ("code", "verdict"), [(250, Sent), (251, Sent), (421, Deferred), (451, Deferred), (550, Refused), (552, Refused)]
)
def test_a_reply_of_the_fives_is_for_good_and_of_the_fours_for_later(code: int, verdict: type) -> None:
    assert isinstance(attempt_of_reply(code, "words"), verdict)


def test_what_the_server_took_is_sent_and_what_it_refused_has_failed() -> None:
    sent = after_attempt(delivery(), Sent(250, "queued as 1"), MORNING, SCHEDULE)
    assert isinstance(sent, Completed)
    assert (sent.state, sent.receipt.code) == ("sent", 250)
    refused = after_attempt(delivery(), Refused(550, "no such user"), MORNING, SCHEDULE)
    assert isinstance(refused, Completed)
    assert refused.state == "failed"


def test_a_person_without_an_address_is_recorded_as_not_reachable() -> None:
    completed = after_attempt(delivery(), NoAddress(), MORNING, SCHEDULE)
    assert isinstance(completed, Completed)
    assert completed.state == "unreachable"


@given(st.integers(1, 200), st.floats(0, 0.999), st.integers(0, 10 * 86_400))
def test_a_deferred_notice_is_tried_again_later_but_never_after_it_is_too_old(
    attempts: int, jitter: float, age: int
) -> None:
    schedule = RetrySchedule(Backoff(jitter=lambda: jitter, first=30, cap=3_600), give_up_after=DAY)
    now = MORNING + timedelta(seconds=age)
    outcome = after_attempt(delivery(attempts), Deferred(451, "later"), now, schedule)
    if isinstance(outcome, Again):
        assert now + timedelta(seconds=15) <= outcome.due_at <= now + timedelta(hours=1)
        assert outcome.due_at <= MORNING + DAY
    else:
        assert outcome.state == "failed"
        assert now > MORNING + DAY - timedelta(hours=1)


def test_the_pauses_between_tries_grow() -> None:
    outcomes = [after_attempt(delivery(n), Deferred(None, "away"), MORNING, SCHEDULE) for n in range(1, 9)]
    pauses = [(outcome.due_at - MORNING).total_seconds() for outcome in outcomes if isinstance(outcome, Again)]
    assert pauses == [15, 30, 60, 120, 240, 480, 960, 1_800]


@pytest.mark.parametrize(
    "reply",
    [
        "5.1.1 <anna@example.org>: Recipient address rejected",
        "anna@example.org unknown",
        "no mailbox anna@example.org\nhere",
    ],
)
def test_what_is_kept_of_a_reply_holds_no_address(reply: str) -> None:
    assert "anna" not in scrubbed(reply)
    assert "\n" not in scrubbed(reply)
