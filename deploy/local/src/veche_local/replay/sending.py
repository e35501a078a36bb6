"""Sends rows through the batch door, again and again until each has a final answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

import httpx2
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from veche_local.problems import MachineError
from veche_local.replay.ledger import Answer, Ledger

BATCH = 500
IN_FLIGHT = 3
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 1.0

T = TypeVar("T")


class _Fault(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str
    pointer: str | None = None
    detail: str | None = None


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: str = "about:blank"
    title: str = ""
    detail: str | None = None
    errors: tuple[_Fault, ...] = ()

    @property
    def reason(self) -> tuple[str, str]:
        """A code to count by and a sentence: of the first field that is wrong, else of the whole."""
        if self.errors:
            fault = self.errors[0]
            return fault.code, f"{fault.pointer or ''} {fault.detail or fault.code}".strip()
        return self.type.rsplit(":", 1)[-1], self.detail or self.title


class _Receipt(BaseModel):
    model_config = ConfigDict(extra="ignore")

    appeal_id: str
    registered_at: AwareDatetime


class _Result(BaseModel):
    model_config = ConfigDict(extra="ignore")

    status: int
    appeal: _Receipt | None = None
    problem: _Problem | None = None


class _Results(BaseModel):
    model_config = ConfigDict(extra="ignore")

    results: list[_Result]


class Row(BaseModel):
    """One row on its way: its line in the file (the first after the header is 1) and the body that is sent."""

    line: int
    body: dict[str, object]


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    source = iter(rows)
    while chunk := list(islice(source, size)):
        yield chunk


async def send_all(
    rows: Iterable[Row],
    *,
    gateway: str,
    api_key: str,
    name: str,
    began: datetime,
    progress: Callable[[int], None],
    pause: float = PAUSE_SECONDS,
    patience: float = PATIENCE_SECONDS,
) -> Ledger:
    """Send every row and book its final answer; ``progress`` hears how many rows were booked.

    ``name`` tells this file from others: with a batch's number it is the idempotency key, so a replay that was
    interrupted may be started again. ``began`` is when this replay began, by the services' time. What got no final
    answer is asked again every ``pause`` seconds, for ``patience`` seconds.

    Raises MachineError where the door stays shut or refuses a whole batch.
    """
    ledger = Ledger()
    turnstile = asyncio.Semaphore(IN_FLIGHT)
    headers = {"Authorization": f"Bearer {api_key}"}

    async with httpx2.AsyncClient(base_url=gateway, headers=headers, timeout=60.0) as client:
        door = _Door(client, began, pause, patience)

        async def deliver(number: int, chunk: list[Row]) -> None:
            try:
                for row, answer in zip(chunk, await door.settle(chunk, f"{name}-{number}"), strict=True):
                    ledger.enter(row.line, answer)
                progress(len(chunk))
            finally:
                turnstile.release()

        try:
            async with asyncio.TaskGroup() as group:
                for number, chunk in enumerate(batches(rows)):
                    await turnstile.acquire()
                    group.create_task(deliver(number, chunk))
        except ExceptionGroup as failures:
            raise _first_of(failures) from None
    return ledger


def _first_of(failures: ExceptionGroup[Exception]) -> Exception:
    """Batches fail side by side and for the same reason: one is told."""
    return next((each for each in failures.exceptions if isinstance(each, MachineError)), failures)


@dataclass(frozen=True, slots=True)
class _Door:
    client: httpx2.AsyncClient
    began: datetime
    pause: float
    patience: float

    async def settle(self, chunk: Sequence[Row], key: str) -> list[Answer]:
        """The answers to a batch, in order. The batch is sent again, under the same key, until all are final."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience
        final: dict[int, Answer] = {}
        asked_before = False
        while True:
            results = await self._ask(chunk, key)
            answers = None if results is None else [self._answer(result, asked_before) for result in results]
            for at, answer in enumerate(answers or ()):
                if answer.final:  # what was accepted the first time would be called a repeat the second time
                    final.setdefault(at, answer)
            if len(final) == len(chunk):
                return [final[at] for at in range(len(chunk))]
            if loop.time() > deadline:
                if answers is not None:
                    return [final.get(at, answer) for at, answer in enumerate(answers)]
                raise MachineError(
                    "The door does not answer; what was accepted so far is stored.",
                    "See `veche status`, then start the replay again: accepted rows are not taken twice.",
                )
            asked_before = True
            await asyncio.sleep(self.pause)

    async def _ask(self, chunk: Sequence[Row], key: str) -> list[_Result] | None:
        """None where the door gave no answer, or said that it cannot serve now."""
        body, headers = {"appeals": [row.body for row in chunk]}, {"Idempotency-Key": key}
        try:
            response = await self.client.post("/api/v1/appeals/batch", json=body, headers=headers)
        except httpx2.TransportError:
            return None
        if response.status_code >= 500 or response.status_code == 429:
            return None
        if response.status_code != 200:
            raise MachineError(f"The door refuses the whole batch: {_reason(response)}", "Correct it and start again.")
        results = _Results.model_validate_json(response.content).results
        if len(results) != len(chunk):
            raise MachineError(
                f"The door answered {len(results)} of {len(chunk)} rows of a batch.", "Is that address a Veche?"
            )
        return results

    def _answer(self, result: _Result, asked_before: bool) -> Answer:
        receipt = result.appeal
        code, detail = (None, None) if result.problem is None else result.problem.reason
        return Answer(
            status=result.status,
            code=code,
            detail=detail,
            appeal=None if receipt is None else receipt.appeal_id,
            after_silence=asked_before and receipt is not None and receipt.registered_at >= self.began,
        )


def _reason(response: httpx2.Response) -> str:
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:  # somebody else stands at that address
        return f"status {response.status_code}."
    return f"{problem.title}. {problem.detail or ''}".rstrip()
