"""Which appeals a browser may show without the code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from veche_intake.status.access import ACCESS, RECEIPT, grant, granted, with_newest

NOW = datetime(2026, 3, 12, tzinfo=UTC)
KEY, OTHER_KEY = SecretStr("a" * 32), SecretStr("b" * 32)
NUMBERS = ["Д-2026-000002", "Д-2026-000001"]


def test_a_cookie_opens_what_it_was_given_for_until_its_time_is_over() -> None:
    cookie = grant(KEY, ACCESS, NUMBERS, NOW + timedelta(hours=1))
    assert cookie.isascii()
    assert granted(KEY, ACCESS, cookie, NOW) == NUMBERS
    assert granted(KEY, ACCESS, cookie, NOW + timedelta(hours=1)) == []


def test_a_cookie_of_another_key_another_purpose_or_another_content_opens_nothing() -> None:
    cookie = grant(KEY, ACCESS, NUMBERS, NOW + timedelta(hours=1))
    assert granted(OTHER_KEY, ACCESS, cookie, NOW) == []
    assert granted(KEY, RECEIPT, cookie, NOW) == []
    assert granted(KEY, ACCESS, cookie.replace("000001", "000009"), NOW) == []
    assert granted(KEY, ACCESS, "", NOW) == []
    assert granted(KEY, ACCESS, None, NOW) == []


def test_the_newest_stands_in_front_and_the_oldest_of_many_is_forgotten() -> None:
    assert with_newest(NUMBERS, "Д-2026-000001") == ["Д-2026-000001", "Д-2026-000002"]
    many = [f"Д-2026-{n:06d}" for n in range(50)]
    assert granted(KEY, ACCESS, grant(KEY, ACCESS, many, NOW + timedelta(hours=1)), NOW) == many[:8]
