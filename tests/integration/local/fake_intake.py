"""A server with intake's batch endpoint, over real HTTP, that fails as a test tells it to."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Literal, cast

Failure = Literal["none", "lost_before", "lost_after", "unavailable", "overloaded", "half", "rejected", "not_veche"]


class FakeIntake(ThreadingHTTPServer):
    """Deduplicates appeals by idempotency key and external id, as intake does; ``failures`` are of the next requests.

    ``lost_before`` and ``lost_after`` reset the connection before, or after, the batch is stored; ``half`` stores every
    second row and answers 503 for the others.
    """

    daemon_threads = True

    def __init__(self, *failures: Failure, stored_earlier: tuple[str, ...] = ()) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures = list(failures)
        self.appeals: dict[str, tuple[str, datetime]] = {}
        self.keys: list[str] = []
        """The idempotency keys of all requests, in order."""
        self.lock = threading.Lock()
        for external_id in stored_earlier:
            self._store([f"id:{external_id}"], datetime.now(UTC) - timedelta(days=1))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def stored(self) -> int:
        """The number of different appeals."""
        return len({identity for identity, _ in self.appeals.values()})

    def result_of(self, key: str, index: int, body: dict[str, Any], *, available: bool) -> dict[str, Any]:
        """The result of one row."""
        if not body["text"].strip():
            faults = [{"code": "empty_text", "pointer": "/text", "detail": "Write what happened."}]
            return _problem(422, "invalid", "Not valid.", faults)
        names = [f"key:{key}#{index}", *([f"id:{body['external_id']}"] if "external_id" in body else [])]
        earlier = next((self.appeals[name] for name in names if name in self.appeals), None)
        if earlier is not None:
            return {"status": 200, "replayed": True, "appeal": _receipt(earlier)}
        if not available:
            return _problem(503, "unavailable", "Try again.")
        return {"status": 201, "appeal": _receipt(self._store(names, datetime.now(UTC)))}

    def _store(self, names: list[str], at: datetime) -> tuple[str, datetime]:
        appeal = (f"appeal-{len(self.appeals)}", at)
        self.appeals.update(dict.fromkeys(names, appeal))
        return appeal


def _receipt(appeal: tuple[str, datetime]) -> dict[str, str]:
    return {"appeal_id": appeal[0], "registered_at": appeal[1].isoformat(), "number": "Д-2026-000001"}


def _problem(status: int, code: str, detail: str, faults: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    kind = f"urn:veche:problem:{code}"
    problem = {"type": kind, "title": "Rejected", "status": status, "detail": detail, "errors": faults}
    return {"status": status, "problem": problem}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    STATUSES: ClassVar[dict[Failure, int]] = {"unavailable": 503, "overloaded": 429, "rejected": 401, "not_veche": 404}

    def do_POST(self) -> None:
        intake = cast("FakeIntake", self.server)
        rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["appeals"]
        key = self.headers["Idempotency-Key"]
        with intake.lock:
            intake.keys.append(key)
            failure = intake.failures.pop(0) if intake.failures else "none"
            if failure in self.STATUSES or failure == "lost_before":
                results = []
            else:
                results = [
                    intake.result_of(key, index, row, available=failure != "half" or index % 2 == 0)
                    for index, row in enumerate(rows)
                ]
        if failure in {"lost_before", "lost_after"}:
            self._reset_connection()
        elif failure == "not_veche":
            self._send(404, b"<html>nothing here</html>")
        elif failure in self.STATUSES:
            problem = {"title": "Not authenticated", "detail": "Give a key."}
            self._send(self.STATUSES[failure], json.dumps(problem).encode())
        else:
            self._send(200, json.dumps({"results": results}).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _reset_connection(self) -> None:
        """Close as the kernel does for a killed process: with a reset and not with an end of file."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def running_intake(*failures: Failure, stored_earlier: tuple[str, ...] = ()) -> Iterator[FakeIntake]:
    """The server, running."""
    intake = FakeIntake(*failures, stored_earlier=stored_earlier)
    thread = threading.Thread(target=intake.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield intake
    finally:
        intake.shutdown()
        thread.join()
        intake.server_close()
