"""The answer to a repeat."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from veche_intake.submissions.rules import answer_to_repeat, chunks, distinct, key_of, sender_keys
from veche_shared.idempotency.model import Accepted, Stored
from veche_shared.rejection import Rejected

FIRST = Stored("first", ("request:vk:k1", "external:vk:17"), b"one")


def test_a_channel_repeats_itself_by_its_keys() -> None:
    assert sender_keys("vk", None, None) == ()
    assert sender_keys("vk", "17", None) == ("external:vk:17",)
    assert sender_keys("vk", None, "k1") == ("request:vk:k1",)
    assert sender_keys("vk", "17", "k1") == ("request:vk:k1", "external:vk:17")
    assert sender_keys("ok", "17", None) != sender_keys("vk", "17", None)


def test_the_same_thing_again_gets_the_first_answer() -> None:
    assert answer_to_repeat(("request:vk:k1",), b"one", [FIRST]) == Accepted("first", replayed=True)
    assert answer_to_repeat(("external:vk:17",), b"one", [FIRST]) == Accepted("first", replayed=True)


def test_another_thing_under_the_same_key_is_rejected() -> None:
    assert answer_to_repeat(("request:vk:k1",), b"two", [FIRST]) == Rejected("idempotency_key_reused")
    assert answer_to_repeat(("external:vk:17",), b"two", [FIRST]) == Rejected("external_id_reused")
    assert answer_to_repeat(sender_keys("vk", "17", "k1"), b"two", [FIRST]) == Rejected("idempotency_key_reused")
    row = key_of("row", "import:abc", "5")
    assert answer_to_repeat((row,), b"two", [Stored("first", (row,), b"one")]) == Rejected("row_changed")


def test_a_second_vote_of_the_same_person_is_no_repeat_unless_it_names_the_first() -> None:
    voted = Stored("vote", ("voter:p1:abc", "external:vk:9"), b"one")
    assert answer_to_repeat(("voter:p1:abc",), b"one", [voted]) == Rejected("voted_already")
    assert answer_to_repeat(("voter:p1:abc", "external:vk:10"), b"one", [voted]) == Rejected("voted_already")
    assert answer_to_repeat(("voter:p1:abc", "external:vk:9"), b"one", [voted]) == Accepted("vote", replayed=True)


def test_where_nothing_is_stored_there_is_nothing_to_answer() -> None:
    assert answer_to_repeat(("request:vk:k1",), b"one", []) is None


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=3), max_size=30), st.integers(1, 10))
def test_rounds_share_no_key_lose_nothing_and_keep_the_order_of_equals(keys: list[list[str]], most: int) -> None:
    waiting = list(range(len(keys)))
    done: list[int] = []
    while waiting:
        now, waiting = distinct(keys, waiting)
        held = [key for at in now for key in set(keys[at])]
        assert now
        assert len(held) == len(set(held))
        parts = chunks(now, most)
        assert all(0 < len(part) <= most for part in parts)
        done += chain.from_iterable(parts)
    assert sorted(done) == list(range(len(keys)))
    for key in "abcdef":
        order = [at for at in done if key in keys[at]]
        assert order == sorted(order)
