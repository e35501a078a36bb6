"""A door that speaks the batch protocol over real HTTP and has the troubles that a test writes down for it."""

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

Trouble = Literal["none", "lost_before", "lost_after", "unavailable", "overloaded", "half", "refused", "not_ours"]


class Door(ThreadingHTTPServer):
    """Takes appeals by idempotency key and external id, as intake does. ``troubles`` are those of the next requests.

    ``lost_before`` and ``lost_after`` break the connection off before, or after, the batch was stored; ``half`` stores
    every second row and says 503 of the others.
    """

    daemon_threads = True

    def __init__(self, *troubles: Trouble, stored_earlier: tuple[str, ...] = ()) -> None:
        super().__init__(("127.0.0.1", 0), _Caller)
        self.troubles = list(troubles)
        self.appeals: dict[str, tuple[str, datetime]] = {}
        self.asked: list[str] = []
        self.turn = threading.Lock()
        for external_id in stored_earlier:
            self._store([f"id:{external_id}"], datetime.now(UTC) - timedelta(days=1))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def stored(self) -> int:
        """How many different appeals there are."""
        return len({identity for identity, _ in self.appeals.values()})

    def judge(self, key: str, at: int, body: dict[str, Any], *, available: bool) -> dict[str, Any]:
        """One row's result."""
        if not body["text"].strip():
            faults = [{"code": "empty_text", "pointer": "/text", "detail": "Write what happened."}]
            return _refusal(422, "invalid", "Not valid.", faults)
        names = [f"key:{key}#{at}", *([f"id:{body['external_id']}"] if "external_id" in body else [])]
        earlier = next((self.appeals[name] for name in names if name in self.appeals), None)
        if earlier is not None:
            return {"status": 200, "replayed": True, "appeal": _receipt(earlier)}
        if not available:
            return _refusal(503, "unavailable", "Ask again.")
        return {"status": 201, "appeal": _receipt(self._store(names, datetime.now(UTC)))}

    def _store(self, names: list[str], at: datetime) -> tuple[str, datetime]:
        appeal = (f"appeal-{len(self.appeals)}", at)
        self.appeals.update(dict.fromkeys(names, appeal))
        return appeal


def _receipt(appeal: tuple[str, datetime]) -> dict[str, str]:
    return {"appeal_id": appeal[0], "registered_at": appeal[1].isoformat(), "number": "Д-2026-000001"}


def _refusal(status: int, code: str, detail: str, faults: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    kind = f"urn:veche:problem:{code}"
    problem = {"type": kind, "title": "Refused", "status": status, "detail": detail, "errors": faults}
    return {"status": status, "problem": problem}


class _Caller(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    WHOLE: ClassVar[dict[Trouble, int]] = {"unavailable": 503, "overloaded": 429, "refused": 401, "not_ours": 404}

    def do_POST(self) -> None:
        door = cast("Door", self.server)
        rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["appeals"]
        key = self.headers["Idempotency-Key"]
        with door.turn:
            door.asked.append(key)
            trouble = door.troubles.pop(0) if door.troubles else "none"
            if trouble in self.WHOLE or trouble == "lost_before":
                results = []
            else:
                results = [
                    door.judge(key, at, row, available=trouble != "half" or at % 2 == 0) for at, row in enumerate(rows)
                ]
        if trouble in {"lost_before", "lost_after"}:
            self._break_off()
        elif trouble == "not_ours":
            self._say(404, b"<html>nothing here</html>")
        elif trouble in self.WHOLE:
            self._say(self.WHOLE[trouble], json.dumps({"title": "Not authenticated", "detail": "Give a key."}).encode())
        else:
            self._say(200, json.dumps({"results": results}).encode())

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _break_off(self) -> None:
        """Close with a reset, as a killed process does, and not with an end of file."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silence: the tests say what they saw."""


@contextmanager
def standing(*troubles: Trouble, stored_earlier: tuple[str, ...] = ()) -> Iterator[Door]:
    """The door, open."""
    door = Door(*troubles, stored_earlier=stored_earlier)
    thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield door
    finally:
        door.shutdown()
        thread.join()
        door.server_close()
