"""Sends rows through the batch endpoint until each has a final answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

import httpx2
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from veche_local.errors import CommandError
from veche_local.replay.ledger import Answer, Ledger

BATCH = 500
IN_FLIGHT = 3
GIVE_UP_SECONDS = 120.0
RETRY_SECONDS = 1.0

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
        """A code to count by and a sentence: those of the first invalid field, else of the problem itself."""
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
    """A row to send: its number in the file (1 is the first after the header) and the body."""

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
    started_at: datetime,
    on_progress: Callable[[int], None],
    retry: float = RETRY_SECONDS,
    give_up: float = GIVE_UP_SECONDS,
) -> Ledger:
    """Send every row and count its final answer; ``on_progress`` is called with the number of rows of each batch.

    ``name`` identifies the file: with the number of a batch it is the idempotency key, so that a replay that was
    interrupted may be started again. ``started_at`` is the start of this replay by the services' clock. Rows without a
    final answer are sent again every ``retry`` seconds, for ``give_up`` seconds.

    Raises CommandError where the API does not answer or rejects a whole batch.
    """
    ledger = Ledger()
    slots = asyncio.Semaphore(IN_FLIGHT)
    headers = {"Authorization": f"Bearer {api_key}"}

    async with httpx2.AsyncClient(base_url=gateway, headers=headers, timeout=60.0) as client:
        api = _BatchApi(client, started_at, retry, give_up)

        async def send(number: int, batch: list[Row]) -> None:
            try:
                for row, answer in zip(batch, await api.send(batch, f"{name}-{number}"), strict=True):
                    ledger.record(row.line, answer)
                on_progress(len(batch))
            finally:
                slots.release()

        try:
            async with asyncio.TaskGroup() as group:
                for number, batch in enumerate(batches(rows)):
                    await slots.acquire()
                    group.create_task(send(number, batch))
        except ExceptionGroup as failures:
            raise _first_of(failures) from None
    return ledger


def _first_of(failures: ExceptionGroup[Exception]) -> Exception:
    """Concurrent batches fail for the same reason: one error is reported."""
    return next((each for each in failures.exceptions if isinstance(each, CommandError)), failures)


@dataclass(frozen=True, slots=True)
class _BatchApi:
    client: httpx2.AsyncClient
    started_at: datetime
    retry: float
    give_up: float

    async def send(self, batch: Sequence[Row], key: str) -> list[Answer]:
        """The answers to a batch, in order. The batch is sent again, under the same key, until all are final."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.give_up
        final: dict[int, Answer] = {}
        sent_before = False
        while True:
            results = await self._post(batch, key)
            answers = None if results is None else [self._answer(result, sent_before) for result in results]
            for index, answer in enumerate(answers or ()):
                if answer.final:  # the first one counts: a later one would report an accepted row as a repeat
                    final.setdefault(index, answer)
            if len(final) == len(batch):
                return [final[index] for index in range(len(batch))]
            if loop.time() > deadline:
                if answers is not None:
                    return [final.get(index, answer) for index, answer in enumerate(answers)]
                raise CommandError(
                    "The API does not answer; rows that were accepted are stored.",
                    "See `veche status`, then start the replay again: accepted rows are not stored twice.",
                )
            sent_before = True
            await asyncio.sleep(self.retry)

    async def _post(self, batch: Sequence[Row], key: str) -> list[_Result] | None:
        """None where there was no answer, or one that says to try later."""
        body, headers = {"appeals": [row.body for row in batch]}, {"Idempotency-Key": key}
        try:
            response = await self.client.post("/api/v1/appeals/batch", json=body, headers=headers)
        except httpx2.TransportError:
            return None
        if response.status_code >= 500 or response.status_code == 429:
            return None
        if response.status_code != 200:
            raise CommandError(f"The API rejects the whole batch: {_reason(response)}", "Correct it and start again.")
        results = _Results.model_validate_json(response.content).results
        if len(results) != len(batch):
            raise CommandError(
                f"The API answered {len(results)} of {len(batch)} rows of a batch.",
                "Check that the address is Veche's.",
            )
        return results

    def _answer(self, result: _Result, sent_before: bool) -> Answer:
        receipt = result.appeal
        code, detail = (None, None) if result.problem is None else result.problem.reason
        return Answer(
            status=result.status,
            code=code,
            detail=detail,
            appeal=None if receipt is None else receipt.appeal_id,
            after_lost_answer=sent_before and receipt is not None and receipt.registered_at >= self.started_at,
        )


def _reason(response: httpx2.Response) -> str:
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:  # the address is not Veche's
        return f"status {response.status_code}."
    return f"{problem.title}. {problem.detail or ''}".rstrip()
