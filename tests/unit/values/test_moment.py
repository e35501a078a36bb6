"""Moments that every zone, page and database can reckon with."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from bson import decode, encode
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.hostile.values import MOMENTS
from veche_shared.values.moment import EARLIEST, LATEST, Moment, is_within_bounds

READ: TypeAdapter[Moment] = TypeAdapter(Moment)
ZONES = st.sampled_from(["Europe/Moscow", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]).map(ZoneInfo)


@pytest.mark.parametrize("text", MOMENTS)
def test_no_hostile_moment_is_taken(text: str) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(text)


def test_the_bounds_are_exact() -> None:
    second = timedelta(seconds=1)
    assert is_within_bounds(EARLIEST)
    assert not is_within_bounds(EARLIEST - second)
    assert is_within_bounds(LATEST - second)
    assert not is_within_bounds(LATEST)
    assert READ.validate_python(LATEST - second) == LATEST - second


@given(st.datetimes(timezones=ZONES), ZONES)
def test_what_is_taken_is_shown_in_every_zone_and_stored(moment: Moment, zone: ZoneInfo) -> None:
    if is_within_bounds(moment):
        # By the same clock: a time that a zone leaves out, as when summer begins, equals no time of another zone.
        assert moment.astimezone(zone).timestamp() == moment.timestamp()
        assert decode(encode({"at": moment}))
