"""Sends rows through the batch door, again and again until each has a final answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict

from veche_local.problems import MachineError
from veche_local.replay.ledger import Answer, Ledger

BATCH = 500
IN_FLIGHT = 3
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 1.0

T = TypeVar("T")


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore")

    type: str = "about:blank"
    title: str = ""
    detail: str | None = None


class _Result(BaseModel):
    model_config = ConfigDict(extra="ignore")

    status: int
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
    rows: Iterable[Row], *, gateway: str, api_key: str, name: str, progress: Callable[[int], None]
) -> Ledger:
    """Send every row and book its final answer; ``progress`` hears how many rows were booked.

    ``name`` tells this file from others: with a batch's number it is the idempotency key, so a replay that was
    interrupted may be started again. Raises MachineError where the door stays shut.
    """
    ledger = Ledger()
    turnstile = asyncio.Semaphore(IN_FLIGHT)
    headers = {"Authorization": f"Bearer {api_key}"}
    async with (
        httpx2.AsyncClient(base_url=gateway, headers=headers, timeout=60.0) as client,
        asyncio.TaskGroup() as group,
    ):

        async def deliver(number: int, chunk: list[Row]) -> None:
            try:
                for row, answer in zip(chunk, await _settle(client, chunk, f"{name}-{number}"), strict=True):
                    ledger.enter(row.line, answer)
                progress(len(chunk))
            finally:
                turnstile.release()

        for number, chunk in enumerate(batches(rows)):
            await turnstile.acquire()
            group.create_task(deliver(number, chunk))
    return ledger


async def _settle(client: httpx2.AsyncClient, chunk: Sequence[Row], key: str) -> list[Answer]:
    """The answers to a batch, in order. What got no final answer is sent again under the same key."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    final: dict[int, Answer] = {}
    while True:
        answers = await _ask(client, chunk, key)
        for at, answer in enumerate(answers or ()):
            if answer.final:  # what was accepted the first time would be called a repeat the second time
                final.setdefault(at, answer)
        if len(final) == len(chunk):
            return [final[at] for at in range(len(chunk))]
        if asyncio.get_running_loop().time() > deadline:
            if answers is not None:
                return [final.get(at, answer) for at, answer in enumerate(answers)]
            raise MachineError(
                "The door does not answer; what was accepted so far is stored.",
                "See `veche status`, then start the replay again: accepted rows are not taken twice.",
            )
        await asyncio.sleep(PAUSE_SECONDS)


async def _ask(client: httpx2.AsyncClient, chunk: Sequence[Row], key: str) -> list[Answer] | None:
    try:
        response = await client.post(
            "/api/v1/appeals/batch",
            json={"appeals": [row.body for row in chunk]},
            headers={"Idempotency-Key": key},
        )
    except httpx2.TransportError:
        return None
    if response.status_code >= 500 or response.status_code == 429:
        return None
    if response.status_code != 200:
        problem = _Problem.model_validate_json(response.content)
        raise MachineError(
            f"The door refuses the whole batch: {problem.title}. {problem.detail or ''}", "Correct it and start again."
        )
    return [_answer(result) for result in _Results.model_validate_json(response.content).results]


def _answer(result: _Result) -> Answer:
    if result.problem is None:
        return Answer(result.status)
    return Answer(result.status, result.problem.type.rsplit(":", 1)[-1], result.problem.detail)
