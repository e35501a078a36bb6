from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from veche_shared.contracts.surveys import BallotRejectedV1, PollChangedV1
from veche_shared.contracts.votes import VoteCast, VoteCastV1
from veche_shared.messaging.dead_lettering import describe
from veche_shared.messaging.decoding import Decoded, Decoder, Ignored, Record, Undecodable, explain

SECRET = "Иванов Иван, +7 900 123-45-67"
NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
VOTE = VoteCastV1(
    id="0195a1f0-7c00-7000-8000-000000000001",
    source="/veche/intake",
    subject="vote-1",
    time=NOON,
    data=VoteCast(vote_id="vote-1", poll_id="p", options=["a"], voter_key="k", channel="web", cast_at=NOON),
)


def record(value: bytes | None) -> Record:
    return Record("votes", 0, 7, b"key", value)


def decode(value: bytes | None) -> object:
    return Decoder([VoteCastV1]).decode(record(value))


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(VOTE.model_dump_json()), **fields}).encode()


def test_an_event_is_decoded() -> None:
    assert decode(VOTE.model_dump_json().encode()) == Decoded(record(VOTE.model_dump_json().encode()), VOTE)


@pytest.mark.parametrize("value", [None, b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"type": "vote.cast.v1"}', b"7"])
def test_what_is_no_event_is_undecodable(value: bytes | None) -> None:
    assert isinstance(decode(value), Undecodable)


def test_a_newer_writers_type_is_ignored() -> None:
    found = decode(changed(type="vote.withdrawn.v1"))
    assert isinstance(found, Ignored)
    assert found.type == "vote.withdrawn.v1"


def test_a_type_that_is_not_in_the_union_is_ignored_too() -> None:
    decoder = Decoder[PollChangedV1 | BallotRejectedV1]([PollChangedV1, BallotRejectedV1])
    assert isinstance(decoder.decode(record(VOTE.model_dump_json().encode())), Ignored)


def test_a_known_type_that_breaks_its_contract_is_undecodable_and_the_place_is_named() -> None:
    found = decode(changed(data={"vote_id": 1}))
    assert isinstance(found, Undecodable)
    assert "data.vote_id: string_type" in found.explanation
    assert "data.poll_id: missing" in found.explanation


def test_a_moment_without_a_zone_is_no_moment() -> None:
    assert isinstance(decode(changed(time="2026-03-12T12:00:00")), Undecodable)


def test_an_explanation_never_repeats_a_value() -> None:
    broken = changed(data={"vote_id": [SECRET], "poll_id": {"name": SECRET}, "options": SECRET, "cast_at": SECRET})
    found = decode(broken)
    assert isinstance(found, Undecodable)
    assert not any(part in found.explanation for part in ("Иванов", "900", "123"))


def test_a_long_explanation_is_cut_and_says_so() -> None:
    try:
        Decoder([VoteCastV1])._adapter.validate_python({"data": {}})
    except ValidationError as error:
        described = explain(error, most=2)
    assert described.count(";") == 1
    assert described.endswith("more")


def test_a_failure_is_described_by_its_kind_and_place_without_its_words() -> None:
    def fails() -> None:
        raise RuntimeError(SECRET)

    try:
        fails()
    except RuntimeError as error:
        described = describe(error)
    assert described.startswith("RuntimeError at fails, line ")
    assert "Иванов" not in described


@given(value=st.binary(max_size=200))
def test_no_bytes_at_all_break_the_decoder(value: bytes) -> None:
    assert isinstance(decode(value), Undecodable | Ignored)


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
)
def test_no_json_in_the_place_of_the_data_breaks_the_decoder(value: object) -> None:
    assert isinstance(decode(changed(data=value)), Undecodable)
