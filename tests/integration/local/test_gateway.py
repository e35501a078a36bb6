"""The gateway routes each path to its service, hides internal paths, and reports a service that is down."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.backend.ports import free_port
from veche_local.servers import RunningProgram
from veche_local.servers.caddy import CaddyProgram

SERVICES = ("intake", "routing", "notifications", "surveys")
Answer = tuple[int, dict[str, str], bytes]


class FakeService(BaseHTTPRequestHandler):
    """Answers with its name and the request; sends its second event once the first was received."""

    service: str
    first_received = threading.Event()

    def do_GET(self) -> None:
        if self.path.endswith("/stream"):
            self._stream()
        else:
            self._echo()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._echo()

    def _echo(self) -> None:
        request = {
            "service": self.service,
            "path": self.path,
            "headers": {k.lower(): v for k, v in self.headers.items()},
        }
        body = json.dumps(request).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'self'")
        with suppress(ConnectionError):  # the gateway closes the connection when a body is too large
            self.end_headers()
            self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        self.wfile.flush()
        self.first_received.wait(30)
        self.wfile.write(b"data: second\n\n")

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaddyProgram]:
    """A gateway in front of three fake services; surveys is down."""
    with gateway_to_fakes(tmp_path_factory.mktemp("gateway"), down={"surveys"}) as program:
        yield program


@pytest.fixture(scope="module")
def whole_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaddyProgram]:
    """A gateway in front of four fake services."""
    with gateway_to_fakes(tmp_path_factory.mktemp("whole-gateway"), down=()) as program:
        yield program


@contextmanager
def gateway_to_fakes(folder: Path, down: Collection[str]) -> Iterator[CaddyProgram]:
    servers = {
        service: ThreadingHTTPServer(("127.0.0.1", 0), type(service, (FakeService,), {"service": service}))
        for service in SERVICES
    }
    upstreams = {service: f"127.0.0.1:{server.server_address[1]}" for service, server in servers.items()}
    for service in down:
        servers.pop(service).server_close()
    program = CaddyProgram(folder, free_port(), upstreams)
    running = RunningProgram(program, folder / "gateway.log", dies_with_parent=True)
    with ThreadPoolExecutor(len(servers)) as threads:
        for server in servers.values():
            threads.submit(server.serve_forever)
        try:
            running.start()
            yield program
        finally:
            running.stop()
            for server in servers.values():
                server.shutdown()
                server.server_close()


def ask(gateway: CaddyProgram, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    connection = http.client.HTTPConnection(gateway.host, gateway.port, timeout=20)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "intake"),
        ("/a/%D0%94-2026-000123?code=K7QM", "intake"),
        ("/static/css/tokens.css?v=0123456789ab", "intake"),
        ("/static/intake/appeals/form.css", "intake"),
        ("/static/routing/cases/case.css?v=0123456789ab", "routing"),
        ("/static/notifications/feeds/feed.js", "notifications"),
        ("/api/v1/appeals", "intake"),
        ("/api/v1/appeals/batch", "intake"),
        ("/api/v1/votes", "intake"),
        ("/api/v1/imports/7", "intake"),
        ("/polls/0190/vote", "intake"),
        ("/openapi/intake.json", "intake"),
        ("/unknown", "intake"),
        ("/sign-in", "routing"),
        ("/sign-out", "routing"),
        ("/account", "routing"),
        ("/account/sessions/17/end", "routing"),
        ("/cases/17/panel", "routing"),
        ("/triage", "routing"),
        ("/api/v1/cases", "routing"),
        ("/api/v1/directory/topics", "routing"),
        ("/api/v1/sessions", "routing"),
        ("/openapi/routing.json", "routing"),
        ("/desk", "notifications"),
        ("/desk/roads?page=2", "notifications"),
        ("/api/v1/feeds/roads", "notifications"),
        ("/openapi/notifications.json", "notifications"),
    ],
)
def test_each_path_reaches_the_service_that_owns_it_unchanged(gateway: CaddyProgram, path: str, service: str) -> None:
    status, _, body = ask(gateway, path)
    assert status == 200
    assert json.loads(body)["service"] == service
    assert json.loads(body)["path"] == path


DOCUMENTED = [
    (path, document.stem)
    for document in sorted(Path("docs/api/openapi").glob("*.json"))
    for path in json.loads(document.read_text(encoding="utf-8"))["paths"]
]


def test_each_service_documents_something() -> None:
    assert {service for _, service in DOCUMENTED} == set(SERVICES)


@pytest.mark.parametrize(("path", "service"), DOCUMENTED)
def test_each_documented_path_reaches_the_service_that_documents_it(
    whole_gateway: CaddyProgram, path: str, service: str
) -> None:
    filled = re.sub(r"{[^}]*}", "0190", path)
    status, _, body = ask(whole_gateway, filled.removesuffix("/stream"))
    assert (status, json.loads(body)["service"]) == (200, service)


@pytest.mark.parametrize(
    "path",
    [
        "/internal/v1/contacts/p1",
        "/metrics",
        "/health/ready",
        "/health/live",
        "/INTERNAL/v1/contacts/p1",
        "//internal/v1/contacts/p1",
        "/a/../internal/v1/contacts/p1",
        "/%69nternal/v1/contacts/p1",
        "/a/..%2Finternal/v1/contacts/p1",
        "/internal%2Fv1/contacts/p1",
    ],
)
def test_internal_paths_are_not_found_from_outside(gateway: CaddyProgram, path: str) -> None:
    status, headers, body = ask(gateway, path)
    assert status == 404
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["type"] == "urn:veche:problem:not_found"


def test_a_program_gets_a_problem_document_when_a_service_is_down(gateway: CaddyProgram) -> None:
    status, headers, body = ask(gateway, "/api/v1/polls", X_Request_Id="request-0001")
    assert status == 502
    assert headers["content-type"] == "application/problem+json"
    assert headers["retry-after"] == "5"
    assert json.loads(body) == {
        "type": "urn:veche:problem:unavailable",
        "title": "This part of the service is not answering",
        "status": 502,
        "request_id": "request-0001",
    }


def test_a_person_gets_a_page_in_two_languages_when_a_service_is_down(gateway: CaddyProgram) -> None:
    status, headers, body = ask(gateway, "/polls", Accept="text/html,application/xhtml+xml")
    page = body.decode()
    assert status == 502
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "Сервис временно не отвечает" in page
    assert "Please try again in a minute" in page
    assert "{" + "vars" not in page


def test_the_other_services_answer_while_one_is_down(gateway: CaddyProgram) -> None:
    assert ask(gateway, "/polls")[0] == 502
    assert ask(gateway, "/static/surveys/polls/poll.css")[0] == 502
    assert ask(gateway, "/desk")[0] == 200


def test_a_request_keeps_its_id_and_gets_a_new_one_where_it_has_none_or_an_unsafe_one(gateway: CaddyProgram) -> None:
    def seen(given: str | None = None) -> str:
        _, answer, body = ask(gateway, "/", X_Request_Id=given) if given else ask(gateway, "/")
        passed: str = json.loads(body)["headers"]["x-request-id"]
        assert answer["x-request-id"] == passed
        return passed

    assert seen("abcdef-123456") == "abcdef-123456"
    assert len(seen()) == 36
    assert seen('"><script>') != '"><script>'


def test_a_caller_cannot_forge_its_address(gateway: CaddyProgram) -> None:
    _, _, body = ask(gateway, "/", X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https")
    passed = json.loads(body)["headers"]
    assert passed["x-forwarded-for"] == "127.0.0.1"
    assert passed["x-forwarded-proto"] == "http"
    assert passed["x-forwarded-host"] == f"{gateway.host}:{gateway.port}"


@pytest.mark.parametrize("path", ["/", "/metrics", "/polls"])
def test_every_answer_carries_the_security_headers(gateway: CaddyProgram, path: str) -> None:
    _, headers, _ = ask(gateway, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_the_services_decide_their_content_security_policy(gateway: CaddyProgram) -> None:
    assert ask(gateway, "/")[1]["content-security-policy"] == "default-src 'self'"


def test_a_body_that_is_too_large_for_every_path_is_refused_by_the_gateway(gateway: CaddyProgram) -> None:
    status, headers, body = ask(gateway, "/api/v1/appeals", "POST", b"x" * (3 << 20))
    assert status == 413
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["type"] == "urn:veche:problem:payload_too_large"


def test_a_file_import_may_be_larger(gateway: CaddyProgram) -> None:
    assert ask(gateway, "/api/v1/imports", "POST", b"x" * (3 << 20))[0] == 200


def test_an_event_stream_is_not_buffered(gateway: CaddyProgram) -> None:
    connection = http.client.HTTPConnection(gateway.host, gateway.port, timeout=20)
    connection.request("GET", "/api/v1/feeds/roads/stream", headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    assert response.readline() == b"data: first\n"
    FakeService.first_received.set()
    assert response.read() == b"\ndata: second\n\n"
    connection.close()


def test_a_service_that_restarts_for_a_second_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    program = CaddyProgram(tmp_path, free_port(), dict.fromkeys(SERVICES, f"127.0.0.1:{port}"))
    running = RunningProgram(program, tmp_path / "gateway.log", dies_with_parent=True)
    running.start()
    returned: list[ThreadingHTTPServer] = []

    def come_back() -> None:
        server = ThreadingHTTPServer(("127.0.0.1", port), type("intake", (FakeService,), {"service": "intake"}))
        returned.append(server)
        server.serve_forever()

    timer = threading.Timer(1.0, come_back)
    timer.start()
    try:
        assert ask(program, "/api/v1/appeals", "POST", b"{}")[0] == 200
    finally:
        for server in returned:
            server.shutdown()
            server.server_close()
        timer.join()
        running.stop()
