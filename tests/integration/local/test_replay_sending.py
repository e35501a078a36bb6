"""Whatever happens to the answers, every row is booked once, and the books agree with what was stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from tests.integration.local.stand_in_door import Door, Trouble, standing
from veche_local.problems import MachineError
from veche_local.replay.ledger import Ledger
from veche_local.replay.sending import BATCH, Row, batches, send_all
from veche_shared.clock import system_clock

NEVER_OPEN: list[Trouble] = ["unavailable"] * 500
NEVER_WHOLE: list[Trouble] = ["half"] * 500


def rows_of(external_ids: Iterable[str], text: str = "Яма на дороге") -> list[Row]:
    return [Row(line=line, body={"text": text, "external_id": name}) for line, name in enumerate(external_ids, 1)]


async def sent(door: Door, rows: Sequence[Row], patience: float = 20.0, heard: list[int] | None = None) -> Ledger:
    return await send_all(
        rows,
        gateway=door.address,
        api_key="veche_importtest_secret",
        name="file",
        began=system_clock(),
        progress=(heard if heard is not None else []).append,
        pause=0.02,
        patience=patience,
    )


async def test_rows_go_in_batches_and_progress_hears_of_each() -> None:
    heard: list[int] = []
    with standing() as door:
        ledger = await sent(door, rows_of(map(str, range(BATCH * 2 + 7))), heard=heard)
    assert (ledger.sent, ledger.accepted) == (BATCH * 2 + 7, BATCH * 2 + 7)
    assert sorted(heard) == [7, BATCH, BATCH]
    assert sorted(door.asked) == ["file-0", "file-1", "file-2"]


@pytest.mark.parametrize("trouble", ["unavailable", "overloaded", "half", "lost_before", "lost_after"])
async def test_a_trouble_that_passes_changes_nothing_in_the_account(trouble: Trouble) -> None:
    with standing(trouble, trouble) as door:
        ledger = await sent(door, rows_of(["a", "b", "c", "b", "d", "e"]))
    assert (ledger.sent, ledger.accepted, ledger.duplicates) == (6, 5, 1)
    assert door.stored == 5
    assert set(door.asked) == {"file-0"}


async def test_rows_accepted_in_a_half_answer_are_no_duplicates_of_themselves() -> None:
    with standing("half", "half") as door:
        ledger = await sent(door, rows_of("abcdefgh"))
    assert (ledger.accepted, ledger.duplicates) == (8, 0)
    assert len(door.asked) == 3


async def test_a_batch_stored_before_its_answer_was_lost_is_accepted_and_no_duplicate() -> None:
    with standing("lost_after") as door:
        ledger = await sent(door, rows_of("abcd"))
    assert (ledger.accepted, ledger.duplicates, door.stored) == (4, 0, 4)


async def test_what_an_earlier_replay_stored_stays_a_duplicate_even_when_the_answer_is_lost() -> None:
    with standing("lost_after", stored_earlier=("a", "b")) as door:
        ledger = await sent(door, rows_of("abcd"))
    assert (ledger.accepted, ledger.duplicates) == (2, 2)


async def test_answers_lost_in_several_batches_at_once_still_add_up() -> None:
    external_ids = [str(number % 900) for number in range(BATCH * 3)]
    with standing("lost_after", "half", "lost_after", "lost_before", "half") as door:
        ledger = await sent(door, rows_of(external_ids))
    assert (ledger.accepted, ledger.duplicates) == (900, BATCH * 3 - 900)
    assert door.stored == 900


async def test_a_refused_row_is_booked_with_its_reason_and_touches_no_other() -> None:
    rows = [*rows_of("ab"), Row(line=3, body={"text": " ", "external_id": "c"})]
    with standing() as door:
        ledger = await sent(door, rows)
    assert (ledger.accepted, dict(ledger.rejected)) == (2, {"empty_text": 1})
    assert ledger.examples == {"empty_text": "row 3: /text Write what happened."}


async def test_a_batch_that_is_refused_as_a_whole_ends_the_replay_with_the_doors_own_words() -> None:
    with standing("refused", "refused", "refused") as door, pytest.raises(MachineError) as caught:
        await sent(door, rows_of(map(str, range(BATCH * 3))))
    assert caught.value.sentence == "The door refuses the whole batch: Not authenticated. Give a key."


async def test_an_address_where_somebody_else_answers_is_told_in_a_sentence() -> None:
    with standing("not_ours") as door, pytest.raises(MachineError, match="refuses the whole batch: status 404"):
        await sent(door, rows_of("a"))


async def test_a_door_that_stays_shut_is_given_up() -> None:
    with standing(*NEVER_OPEN) as door, pytest.raises(MachineError, match="does not answer"):
        await sent(door, rows_of("a"), patience=0.2)
    assert len(door.asked) > 1


async def test_a_door_that_nobody_stands_behind_is_given_up() -> None:
    with standing() as door:
        pass
    with pytest.raises(MachineError, match="does not answer"):
        await sent(door, rows_of("a"), patience=0.2)


async def test_rows_that_are_never_taken_are_booked_as_rejected_once_patience_ends() -> None:
    with standing(*NEVER_WHOLE) as door:
        ledger = await sent(door, rows_of("abcd"), patience=0.2)
    assert (ledger.sent, ledger.accepted, dict(ledger.rejected)) == (4, 2, {"unavailable": 2})


def test_batches_keep_the_order_and_lose_nothing() -> None:
    assert list(batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []
