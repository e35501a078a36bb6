"""Which appeals a browser may show without the code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from veche_intake.status.access import access_cookie, receipt_cookie, with_newest

NOW = datetime(2026, 3, 12, tzinfo=UTC)
KEY, OTHER_KEY = SecretStr("a" * 32), SecretStr("b" * 32)
NUMBERS = ["Д-2026-000002", "Д-2026-000001"]


def at(moment: datetime, key: SecretStr = KEY) -> list[str]:
    """What a cookie that was given now opens at a moment."""
    return access_cookie(key, lambda: moment).read(access_cookie(KEY, lambda: NOW).write(NUMBERS))


def test_a_cookie_opens_what_it_was_given_for_until_its_time_is_over() -> None:
    assert access_cookie(KEY, lambda: NOW).write(NUMBERS).isascii()
    assert at(NOW) == NUMBERS
    assert at(NOW + timedelta(hours=12) - timedelta(seconds=1)) == NUMBERS
    assert at(NOW + timedelta(hours=12)) == []


def test_a_cookie_of_another_key_another_purpose_or_another_content_opens_nothing() -> None:
    assert at(NOW, OTHER_KEY) == []
    access = access_cookie(KEY, lambda: NOW)
    signed = access.write(["A-1"])
    assert receipt_cookie(KEY, lambda: NOW).read(signed) == []
    forged = access.write(["A-2"]).partition(".")[0] + "." + signed.partition(".")[2]
    assert access.read(forged) == []
    assert access.read("") == []
    assert access.read(None) == []


def test_the_newest_stands_in_front_and_the_oldest_of_many_is_forgotten() -> None:
    assert with_newest(NUMBERS, "Д-2026-000001") == ["Д-2026-000001", "Д-2026-000002"]
    many = [f"Д-2026-{n:06d}" for n in range(50)]
    assert with_newest(many, "Д-2027-000001") == ["Д-2027-000001", *many[:7]]
