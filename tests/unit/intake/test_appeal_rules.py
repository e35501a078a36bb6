"""What is decided about an appeal before it is stored, and what is announced of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from veche_intake.appeals.events import appeal_registered
from veche_intake.appeals.model import AppealReceipt, NewAppeal, PlaceGiven
from veche_intake.appeals.rules import digest_of, rejection, year_of
from veche_intake.channels.catalogue import read_channels
from veche_intake.submissions.rules import date_rejection
from veche_intake.vault.model import Author
from veche_intake.vault.rules import needs_vault
from veche_shared.contracts.appeals import AppealRegisteredV1
from veche_shared.ids import CountedIds
from veche_shared.rejection import Rejected

NOW = datetime(2026, 3, 12, 11, 5, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
CHANNELS = read_channels(None)


def appeal(**given: object) -> NewAppeal:
    return NewAppeal.model_validate({"text": "Яма на дороге", **given})


def faults(**given: object) -> set[str]:
    with pytest.raises(ValidationError) as raised:
        appeal(**given)
    return {fault["type"] for fault in raised.value.errors()}


def test_an_unknown_field_is_refused() -> None:
    assert faults(txet="опечатка") == {"extra_forbidden"}


def test_coordinates_are_both_there_or_both_absent_and_on_the_globe() -> None:
    assert appeal(place={"latitude": 56.23, "longitude": 43.45}).place is not None
    assert faults(place={"latitude": 56.23}) == {"half_a_point"}
    assert faults(place={"latitude": 91, "longitude": 43}) == {"less_than_equal"}
    assert faults(place={"latitude": float("nan"), "longitude": 43}) == {"finite_number"}


@pytest.mark.parametrize(
    ("email", "fault"),
    [
        ("ivan", "email"),
        ("ivan@", "email"),
        ("@example.ru", "email"),
        ("ivan@example", "email"),
        ("a@b@c.ru", "email"),
        ("i van@example.ru", "email_character"),
        ("ivan@example.ru.", "email_period"),
        ("ivan@ex\N{CYRILLIC SMALL LETTER A}mple.ru", "email_alphabets"),
    ],
)
def test_an_email_that_no_letter_can_be_sent_to_is_refused_with_the_reason(email: str, fault: str) -> None:
    assert faults(author={"email": email}) == {fault}


def test_a_date_before_2000_or_in_the_future_is_absurd_but_a_clock_may_be_a_little_fast() -> None:
    at = "/received_at"
    assert date_rejection(datetime(1999, 12, 31, 23, 59, tzinfo=UTC), NOW, at) == Rejected("too_early", at)
    assert date_rejection(NOW + timedelta(minutes=6), NOW, at) == Rejected("in_the_future", at)
    assert date_rejection(NOW + timedelta(minutes=4), NOW, at) is None
    assert date_rejection(datetime(2000, 1, 1, tzinfo=UTC), NOW, at) is None


def test_a_key_speaks_for_its_own_channel_alone() -> None:
    assert rejection(appeal(), "vk", CHANNELS, NOW) is None
    assert rejection(appeal(channel="vk"), "vk", CHANNELS, NOW) is None
    assert rejection(appeal(channel="telegram"), "vk", CHANNELS, NOW) == Rejected("other_channel", "/channel")
    assert rejection(appeal(channel="fax"), "vk", CHANNELS, NOW) == Rejected("unknown_channel", "/channel")
    assert rejection(appeal(), "fax", CHANNELS, NOW) == Rejected("unknown_channel", "/channel")
    assert rejection(appeal(regime="martial"), "vk", CHANNELS, NOW) == Rejected("unknown_regime", "/regime")


def test_the_digest_knows_a_repeat_from_another_appeal() -> None:
    assert digest_of(appeal()) == digest_of(appeal(text="  Яма на дороге \r\n", language="ru"))
    assert digest_of(appeal()) != digest_of(appeal(text="Другая яма"))
    assert digest_of(appeal()) != digest_of(appeal(place={"address": "Ленина, 1"}))


def test_the_year_of_a_number_is_the_citys() -> None:
    new_year_in_moscow = datetime(2025, 12, 31, 21, 0, tzinfo=UTC)
    assert year_of(new_year_in_moscow, ZoneInfo("Europe/Moscow")) == 2026
    assert year_of(new_year_in_moscow - timedelta(seconds=1), ZoneInfo("Europe/Moscow")) == 2025


def test_only_somebody_goes_into_the_vault() -> None:
    assert needs_vault(Author(phone="+7 900 000-00-00"))
    assert not needs_vault(Author())
    assert not needs_vault(None)


def test_the_event_holds_no_contact_data_and_can_be_read_by_its_contract() -> None:
    ids = CountedIds()
    author = Author(name="Анна Кузнецова", email="anna@example.ru", phone="+7 900 123-45-67")
    sent = NewAppeal(
        text="Яма на дороге",
        place=PlaceGiven(address="Ленина, 1", latitude=56.2, longitude=43.4),
        received_at=datetime.fromisoformat("2026-03-12T14:00:00+03:00"),
        author=author,
    )
    receipt = AppealReceipt(ids(), "Д-2026-000123", NOW)
    event_json = appeal_registered(
        sent, receipt, event_id=ids(), channel="vk", regime="message", pseudonym=ids(), traceparent=None
    )
    assert not any(secret in event_json.decode() for secret in ("Анна", "anna@", "123-45-67"))
    event = AppealRegisteredV1.model_validate_json(event_json)
    assert event.subject == event.data.appeal_id == receipt.appeal_id
    assert event.data.reachable_by == ["email"]
    assert event.data.received_at == datetime(2026, 3, 12, 11, 0, tzinfo=UTC)


@given(
    text=st.text(min_size=1, max_size=50).filter(str.strip),
    place=st.none() | st.builds(PlaceGiven, address=st.none() | st.text(max_size=20).filter(str.isprintable)),
    hint=st.none() | st.just("дороги"),
    received_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(MOSCOW)),  # noqa: DTZ001
    traceparent=st.none() | st.just("00-" + "1" * 32 + "-" + "2" * 16 + "-01"),
)
def test_the_event_is_byte_for_byte_what_the_contract_writes(
    text: str, place: PlaceGiven | None, hint: str | None, received_at: datetime | None, traceparent: str | None
) -> None:
    ids = CountedIds()
    appeal = NewAppeal.model_construct(text=text, place=place, topic_hint=hint, received_at=received_at)
    event_json = appeal_registered(
        appeal,
        AppealReceipt(ids(), "Д-2026-000123", NOW),
        event_id=ids(),
        channel="vk",
        regime="message",
        pseudonym=None,
        traceparent=traceparent,
    )
    assert AppealRegisteredV1.model_validate_json(event_json).model_dump_json().encode() == event_json
