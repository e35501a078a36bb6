"""Each hostile value in each place of each route of intake, surveys and notifications: no answer is a server error.

The services run on real Kafka and MongoDB, since many values are first refused, or first fail, at the database.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
from fastapi import FastAPI

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.hostile.requests import BOUNDARY, HostileRequest, Sample, answer_to, multipart, requests_to, routes_of
from tests.hostile.values import CHARSETS, DATE_FORMATS
from tests.integration.intake import harness as intake
from tests.integration.notifications import running as notifications
from tests.integration.surveys import service as surveys
from tests.keys import KEYS, bearer
from veche_notifications.bootstrap import build as build_notifications
from veche_shared.clock import system_clock

APPEAL = {
    "text": "Яма",
    "external_id": "1",
    "received_at": "2026-01-31T12:00:00+03:00",
    "language": "ru",
    "place": {"address": "ул. Чкалова, 1", "district": "центр", "latitude": 56.2, "longitude": 43.4},
    "topic_hint": "дороги",
    "author": {"name": "Анна", "email": "anna@example.ru", "phone": "+79101234567"},
}
VOTE = {"poll_id": "1", "options": ["park"], "voter": "v", "external_id": "1", "cast_at": "2026-01-31T12:00:00+03:00"}
POLL = {
    "question": "Что обновить?",
    "question_en": "What?",
    "options": [{"code": "park", "text": "Парк", "text_en": "Park"}, {"code": "pier", "text": "Пристань"}],
    "max_choices": 1,
    "opens_at": "2027-01-31T12:00:00+03:00",
    "closes_at": "2027-02-28T12:00:00+03:00",
    "results_shown": "always",
}
POLL_FORM = {
    "command": "c",
    "question": "Что?",
    "question_en": "What?",
    "options": "Парк\nПристань",
    "max_choices": "1",
    "opens_at": "2027-01-31T12:00",
    "closes_at": "2027-02-28T12:00",
    "results_shown": "always",
}


async def failures(http: httpx2.AsyncClient, app: FastAPI, samples: Mapping[tuple[str, str], Sample]) -> list[str]:
    """The requests to ``app`` that were answered by a server error; ``http`` asks in everybody's name who may ask."""
    taken = set(samples)
    failed: list[str] = []
    asked = 0
    for method, route in routes_of(app):
        taken.discard((method, route.path))
        for request in requests_to(method, route, samples.get((method, route.path), Sample())):
            asked += 1
            if (status := await answer_to(http, request)) >= 500:
                failed.append(f"{status} {request.where}")
    assert taken == set(), "a sample is for a route that is not there"
    assert asked > 100
    return failed


async def test_intake(backend: Backend, namespace: Namespace) -> None:
    async with intake.running(backend, namespace) as service, service.caller(intake.VK_KEY) as http:
        poll = await service.poll()
        samples = {
            ("POST", "/api/v1/appeals"): Sample(json=APPEAL),
            ("POST", "/api/v1/appeals/batch"): Sample(json={"appeals": [APPEAL]}),
            ("POST", "/api/v1/votes"): Sample(json={**VOTE, "poll_id": poll}),
            ("POST", "/api/v1/votes/batch"): Sample(json={"votes": [{**VOTE, "poll_id": poll}]}),
            ("POST", "/"): Sample(
                form={
                    "text": "Яма",
                    "address": "ул.",
                    "name": "А",
                    "email": "a@b.ru",
                    "consent": "1",
                    "token": "t" * 20,
                }
            ),
            ("POST", "/a"): Sample(form={"number": "Д-2026-1", "code": "K7QM-2X9D-PT4C"}),
            ("POST", "/polls/{poll_id}/vote"): Sample(form={"options": "park"}, path={"poll_id": poll}),
        }
        http.headers["Sec-Fetch-Site"] = "same-origin"
        assert await failures(http, service.app, samples) == []


async def test_files_and_their_options(backend: Backend, namespace: Namespace) -> None:
    content = "text;received_at\nЯма;31.01.2026\n".encode()
    async with intake.running(backend, namespace) as service, service.caller(intake.IMPORT_KEY) as http:
        for form in DATE_FORMATS:
            target = f"/api/v1/imports?{urlencode({'options': json.dumps({'dates': [form]})})}"
            request = HostileRequest(form, "POST", target, {"Content-Type": "text/csv"}, content)
            assert await answer_to(http, request) == 422, form
        for charset in CHARSETS:
            kind = f"multipart/form-data; charset={charset}; boundary={BOUNDARY}"
            body = multipart({"options": b'{"dates":["\\ud800"]}', "file": content})
            request = HostileRequest(charset, "POST", "/api/v1/imports", {"Content-Type": kind}, body)
            assert await answer_to(http, request) == 422, charset


async def test_surveys(backend: Backend, namespace: Namespace) -> None:
    async with surveys.running(backend, namespace) as service, service.visitor("poll_admin") as http:
        ends = (system_clock() + timedelta(days=1)).isoformat()
        created = await http.post("/api/v1/polls", json={**POLL, "opens_at": None, "closes_at": ends})
        poll = {"poll_id": created.json()["id"]}
        samples = {
            ("POST", "/api/v1/polls"): Sample(json=POLL),
            ("POST", "/polls/manage"): Sample(form=POLL_FORM),
            ("POST", "/polls/manage/{poll_id}/open"): Sample(form={"command": "c"}, path=poll),
            ("POST", "/polls/manage/{poll_id}/close"): Sample(form={"command": "d"}, path=poll),
            ("GET", "/polls/manage/{poll_id}/{action}"): Sample(path={**poll, "action": "open"}),
        }
        http.headers.update({"Sec-Fetch-Site": "same-origin", **bearer(KEYS.tools)})
        assert await failures(http, service.app, samples) == []
        # What was taken can be shown to everybody, in either language.
        for page in ("/polls", "/polls?lang=en", "/polls/manage", "/api/v1/polls?limit=200"):
            assert (await http.get(page)).status_code == 200, page


async def test_notifications(backend: Backend, namespace: Namespace) -> None:
    settings = notifications.settings_of(backend, namespace)
    app = build_notifications(settings)
    feed = {"feed": "roads"}
    async with notifications.running(settings) as service, service.staff("ivan", "roads") as client:
        samples = {
            (method, route.path): Sample(path=feed) for method, route in routes_of(app) if "{feed}" in route.path
        }
        samples["PUT", "/api/v1/feeds/{feed}/read"] = Sample(json={"up_to": 1}, path=feed)
        samples["POST", "/desk/{feed}/read"] = Sample(form={"up_to": "1"}, path=feed)
        client.http.headers.update({"Sec-Fetch-Site": "same-origin", **bearer(KEYS.tools)})
        assert await failures(client.http, app, samples) == []
        numbers = {("PUT", "/api/v1/feeds/{feed}/read"): Sample(json={"numbers": ["1"]}, path=feed)}
        app.router.routes = [
            route for route in app.router.routes if getattr(route, "path", None) == "/api/v1/feeds/{feed}/read"
        ]
        assert await failures(client.http, app, numbers) == []
