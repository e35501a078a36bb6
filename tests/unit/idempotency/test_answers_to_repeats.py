from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from veche_shared.idempotency.model import Accepted, CommandKey, Stored
from veche_shared.idempotency.rules import answer_to_repeat, digest_of
from veche_shared.rejection import Rejected

CONFLICTS = {"request": "idempotency_key_reused", "external": "external_id_reused"}
ONE, OTHER = digest_of("one"), digest_of("other")


def test_a_repeat_gets_the_first_answer() -> None:
    earlier = Stored("receipt", ("request:vk:1", "external:vk:a"), ONE)
    assert answer_to_repeat(["request:vk:1"], ONE, [earlier], CONFLICTS) == Accepted("receipt", replayed=True)


def test_a_key_that_names_something_else_is_rejected_by_its_kind() -> None:
    earlier = Stored("receipt", ("request:vk:1", "external:vk:a"), ONE)
    assert answer_to_repeat(["external:vk:a"], OTHER, [earlier], CONFLICTS) == Rejected("external_id_reused")
    both = ["external:vk:a", "request:vk:1"]
    assert answer_to_repeat(both, OTHER, [earlier], CONFLICTS) == Rejected("idempotency_key_reused")


def test_who_shares_only_another_kind_of_key_is_no_repeat() -> None:
    earlier = Stored("receipt", ("voter:poll:x", "request:vk:1"), ONE)
    assert answer_to_repeat(["voter:poll:x"], ONE, [earlier], CONFLICTS, "voted_already") == Rejected("voted_already")
    assert answer_to_repeat(["voter:poll:x"], ONE, [earlier], CONFLICTS) is None


def test_nothing_stored_is_no_answer() -> None:
    assert answer_to_repeat(["request:vk:1"], ONE, [], CONFLICTS, "voted_already") is None


def test_a_command_counts_for_its_actor_alone() -> None:
    assert CommandKey("anna", "1").id != CommandKey("oleg", "1").id


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_only_equal_parts_have_an_equal_digest(one: list[str], other: list[str]) -> None:
    encodable = all(part.isascii() or part.encode("utf-8", "ignore").decode() == part for part in [*one, *other])
    if encodable:
        assert (digest_of(*one) == digest_of(*other)) == (one == other)
