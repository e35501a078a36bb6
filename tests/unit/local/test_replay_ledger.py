"""The counts of a replay agree, or each mismatch is named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from veche_local.replay.ledger import Answer, Counts, Ledger, mismatches

ANSWERS = st.one_of(
    st.just(Answer(201)),
    st.just(Answer(200)),
    st.builds(Answer, st.sampled_from([400, 409, 422, 503]), st.sampled_from(["text_too_long", "clash"])),
)


def ledger_of(*answers: Answer) -> Ledger:
    ledger = Ledger()
    for line, answer in enumerate(answers, 1):
        ledger.record(line, answer)
    return ledger


@given(st.lists(ANSWERS))
def test_every_row_is_counted_exactly_once(answers: list[Answer]) -> None:
    ledger = ledger_of(*answers)
    assert ledger.sent == len(answers) == ledger.accepted + ledger.duplicates + sum(ledger.rejected.values())


def test_counts_that_agree_have_no_mismatch() -> None:
    gained = Counts({"roads": 2, "triage": 1}, {"roads": 2, "triage": 1})
    assert mismatches(ledger_of(Answer(201), Answer(201), Answer(200), Answer(201)), gained) == []


def test_a_case_without_a_feed_entry_is_named_by_its_department() -> None:
    gained = Counts({"roads": 2}, {"roads": 1})
    assert mismatches(ledger_of(Answer(201), Answer(201)), gained) == [
        "2 appeals were accepted, but 1 are in the feeds",
        "roads: 2 cases, but 1 feed entries",
    ]


def test_an_accepted_appeal_without_a_case_is_found() -> None:
    assert "1 appeals were accepted, but 0 cases were opened" in mismatches(ledger_of(Answer(201)), Counts({}, {}))


def test_only_what_came_since_counts() -> None:
    before, now = Counts({"roads": 5}, {"roads": 5}), Counts({"roads": 7, "parks": 1}, {"roads": 7, "parks": 1})
    assert now.since(before) == Counts({"roads": 2, "parks": 1}, {"roads": 2, "parks": 1})


def test_a_reason_is_shown_with_its_first_row() -> None:
    ledger = ledger_of(Answer(201), Answer(422, "text_empty", "Write what happened."), Answer(422, "text_empty", "x"))
    assert ledger.rejected == {"text_empty": 2}
    assert ledger.examples == {"text_empty": "row 2: Write what happened."}


def test_overload_and_unavailability_are_not_final() -> None:
    assert not Answer(503).final
    assert not Answer(429).final
    assert Answer(422).final


def test_a_row_whose_first_answer_was_lost_is_accepted_and_no_duplicate() -> None:
    ledger = ledger_of(Answer(200, appeal="a", after_lost_answer=True))
    assert (ledger.accepted, ledger.duplicates) == (1, 0)


def test_of_two_rows_of_one_appeal_one_is_accepted_whichever_is_counted_first() -> None:
    received, lost = Answer(201, appeal="a"), Answer(200, appeal="a", after_lost_answer=True)
    for ledger in (ledger_of(received, lost), ledger_of(lost, received), ledger_of(lost, lost)):
        assert (ledger.accepted, ledger.duplicates) == (1, 1)


def test_what_was_stored_before_this_replay_is_a_duplicate() -> None:
    ledger = ledger_of(Answer(200, appeal="a"))
    assert (ledger.accepted, ledger.duplicates) == (0, 1)
