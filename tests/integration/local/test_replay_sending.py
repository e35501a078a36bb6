"""Whatever happens to the answers, every row is counted once, and the counts agree with what was stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from tests.integration.local.fake_intake import Failure, FakeIntake, running_intake
from veche_local.errors import CommandError
from veche_local.replay.ledger import Ledger
from veche_local.replay.sending import BATCH, Row, batches, send_all
from veche_shared.clock import system_clock

NEVER_AVAILABLE: list[Failure] = ["unavailable"] * 500
NEVER_COMPLETE: list[Failure] = ["half"] * 500


def rows_of(external_ids: Iterable[str], text: str = "Яма на дороге") -> list[Row]:
    return [Row(line=line, body={"text": text, "external_id": name}) for line, name in enumerate(external_ids, 1)]


async def sent(
    intake: FakeIntake, rows: Sequence[Row], give_up: float = 20.0, progress: list[int] | None = None
) -> Ledger:
    return await send_all(
        rows,
        gateway=intake.address,
        api_key="veche_importtest_secret",
        name="file",
        started_at=system_clock(),
        on_progress=(progress if progress is not None else []).append,
        retry=0.02,
        give_up=give_up,
    )


async def test_rows_go_in_batches_and_progress_is_reported_for_each() -> None:
    progress: list[int] = []
    with running_intake() as intake:
        ledger = await sent(intake, rows_of(map(str, range(BATCH * 2 + 7))), progress=progress)
    assert (ledger.sent, ledger.accepted) == (BATCH * 2 + 7, BATCH * 2 + 7)
    assert sorted(progress) == [7, BATCH, BATCH]
    assert sorted(intake.keys) == ["file-0", "file-1", "file-2"]


@pytest.mark.parametrize("failure", ["unavailable", "overloaded", "half", "lost_before", "lost_after"])
async def test_a_passing_failure_changes_no_count(failure: Failure) -> None:
    with running_intake(failure, failure) as intake:
        ledger = await sent(intake, rows_of(["a", "b", "c", "b", "d", "e"]))
    assert (ledger.sent, ledger.accepted, ledger.duplicates) == (6, 5, 1)
    assert intake.stored == 5
    assert set(intake.keys) == {"file-0"}


async def test_rows_accepted_in_a_partial_answer_are_no_duplicates_of_themselves() -> None:
    with running_intake("half", "half") as intake:
        ledger = await sent(intake, rows_of("abcdefgh"))
    assert (ledger.accepted, ledger.duplicates) == (8, 0)
    assert len(intake.keys) == 3


async def test_a_batch_stored_before_its_answer_was_lost_is_accepted_and_no_duplicate() -> None:
    with running_intake("lost_after") as intake:
        ledger = await sent(intake, rows_of("abcd"))
    assert (ledger.accepted, ledger.duplicates, intake.stored) == (4, 0, 4)


async def test_what_an_earlier_replay_stored_stays_a_duplicate_even_when_the_answer_is_lost() -> None:
    with running_intake("lost_after", stored_earlier=("a", "b")) as intake:
        ledger = await sent(intake, rows_of("abcd"))
    assert (ledger.accepted, ledger.duplicates) == (2, 2)


async def test_answers_lost_in_several_batches_at_once_still_add_up() -> None:
    external_ids = [str(number % 900) for number in range(BATCH * 3)]
    with running_intake("lost_after", "half", "lost_after", "lost_before", "half") as intake:
        ledger = await sent(intake, rows_of(external_ids))
    assert (ledger.accepted, ledger.duplicates) == (900, BATCH * 3 - 900)
    assert intake.stored == 900


async def test_a_rejected_row_is_counted_with_its_reason_and_affects_no_other() -> None:
    rows = [*rows_of("ab"), Row(line=3, body={"text": " ", "external_id": "c"})]
    with running_intake() as intake:
        ledger = await sent(intake, rows)
    assert (ledger.accepted, dict(ledger.rejected)) == (2, {"empty_text": 1})
    assert ledger.examples == {"empty_text": "row 3: /text Write what happened."}


async def test_a_batch_that_is_rejected_as_a_whole_ends_the_replay_with_the_reason_of_the_api() -> None:
    with running_intake("rejected", "rejected", "rejected") as intake, pytest.raises(CommandError) as caught:
        await sent(intake, rows_of(map(str, range(BATCH * 3))))
    assert caught.value.message == "The API rejects the whole batch: Not authenticated. Give a key."


async def test_an_address_that_is_not_veches_is_an_error_that_says_so() -> None:
    with (
        running_intake("not_veche") as intake,
        pytest.raises(CommandError, match="rejects the whole batch: status 404"),
    ):
        await sent(intake, rows_of("a"))


async def test_an_api_that_stays_unavailable_ends_the_replay() -> None:
    with running_intake(*NEVER_AVAILABLE) as intake, pytest.raises(CommandError, match="does not answer"):
        await sent(intake, rows_of("a"), give_up=0.2)
    assert len(intake.keys) > 1


async def test_an_address_where_nothing_listens_ends_the_replay() -> None:
    with running_intake() as intake:
        pass
    with pytest.raises(CommandError, match="does not answer"):
        await sent(intake, rows_of("a"), give_up=0.2)


async def test_rows_that_are_never_accepted_count_as_rejected_in_the_end() -> None:
    with running_intake(*NEVER_COMPLETE) as intake:
        ledger = await sent(intake, rows_of("abcd"), give_up=0.2)
    assert (ledger.sent, ledger.accepted, dict(ledger.rejected)) == (4, 2, {"unavailable": 2})


def test_batches_keep_the_order_and_lose_nothing() -> None:
    assert list(batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []
