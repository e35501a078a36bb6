"""A load client that costs as little as Python allows, since it shares two cores with what it measures.

Raw HTTP/1.1 over keep-alive connections; requests are bytes made beforehand. It counts and times answers, nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast


@dataclass(frozen=True, slots=True)
class Target:
    host: str
    port: int


@dataclass(slots=True)
class Load:
    """What a run gave: answers by HTTP status, the run's seconds, and each answer's latency in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())

    @property
    def rate(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0

    def expect_only(self, *statuses: int) -> Load:
        """Raises RuntimeError where another status was seen: a fast refusal is not a fast service."""
        strange = {status: count for status, count in self.statuses.items() if status not in statuses}
        if strange:
            raise RuntimeError(f"unexpected answers: {strange}")
        return self


def request(method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """The bytes of one request with a JSON body."""
    head = {
        "Host": "127.0.0.1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _read_head(head: bytes) -> tuple[int, int]:
    """The status of an answer and the length of its body."""
    head = head.lower()
    at = head.find(b"content-length:")
    stop = head.find(b"\r\n", at)
    return int(head[9:12]), int(head[at + 15 : stop if stop > 0 else None]) if at >= 0 else 0


class _Connection(asyncio.Protocol):
    """One keep-alive connection: sends the next request as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], load: Load, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._load = load
        self._done = done
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transports have another base
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        status, length = _read_head(self._buffer[:end])
        if len(self._buffer) < end + 4 + length:
            return
        self._load.statuses[status] += 1
        self._load.latencies.append(time.perf_counter() - self._sent)
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        assert self._transport is not None
        payload = next(self._requests, None)
        if payload is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(payload)


async def drive(target: Target, requests: Sequence[bytes], in_flight: int) -> Load:
    """Send every request once, ``in_flight`` at a time, as fast as they are answered."""
    loop = asyncio.get_running_loop()
    load, queue = Load(), iter(requests)
    finished = [loop.create_future() for _ in range(min(in_flight, len(requests)))]
    started = time.perf_counter()
    for done in finished:
        await loop.create_connection(partial(_Connection, queue, load, done), target.host, target.port)
    await asyncio.gather(*finished)
    load.seconds = time.perf_counter() - started
    return load


class Caller:
    """Sends single requests and hands back their answers' bodies, over connections that it keeps."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, payload: bytes, status: int) -> bytes:
        """The body of the answer. Raises RuntimeError where the answer has another status."""
        reader, writer = self._idle.pop() if self._idle else await self._connect()
        writer.write(payload)
        answered, length = _read_head(await reader.readuntil(b"\r\n\r\n"))
        body = await reader.readexactly(length)
        self._idle.append((reader, writer))
        if answered != status:
            raise RuntimeError(f"unexpected answer: {answered} {body.decode()}")
        return body

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self._target.host, self._target.port)
