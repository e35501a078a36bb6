"""The OpenAPI documents that integrators generate their clients from: whole, valid, and of public addresses alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from openapi_spec_validator import validate
from pydantic import ValidationError

from deploy.checks.documents import applications
from veche_notifications.feeds.http import ReadIn
from veche_shared.http.openapi import CHANNEL_KEY, STAFF_SESSION
from veche_surveys.polls.http import PollIn

STAFF: list[dict[str, list[str]]] = [{STAFF_SESSION: []}]
ANYBODY_OR_STAFF: list[dict[str, list[str]]] = [{}, *STAFF]
CASES: list[dict[str, list[str]]] = [{STAFF_SESSION: ["coordinator", "officer", "operator"]}]
POLL_ADMIN: list[dict[str, list[str]]] = [{STAFF_SESSION: ["poll_admin"]}]


def key(scope: str) -> list[dict[str, list[str]]]:
    return [{CHANNEL_KEY: [scope]}]


PUBLIC = {
    ("intake", "POST", "/api/v1/appeals"): ({200, 201}, key("appeals:write")),
    ("intake", "POST", "/api/v1/appeals/batch"): ({200}, key("appeals:write")),
    ("intake", "GET", "/api/v1/appeals/{number}"): ({200}, None),
    ("intake", "POST", "/api/v1/votes"): ({200, 201}, key("votes:write")),
    ("intake", "POST", "/api/v1/votes/batch"): ({200}, key("votes:write")),
    ("intake", "POST", "/api/v1/imports"): ({200}, key("imports:write")),
    ("routing", "GET", "/api/v1/cases"): ({200}, CASES),
    ("routing", "GET", "/api/v1/cases/{number}"): ({200}, CASES),
    ("routing", "POST", "/api/v1/cases/{number}/commands"): ({200}, CASES),
    ("routing", "GET", "/api/v1/triage"): ({200}, [{STAFF_SESSION: ["coordinator"]}]),
    ("routing", "GET", "/api/v1/directory"): ({200}, None),
    ("routing", "GET", "/api/v1/sessions"): ({200}, STAFF),
    ("routing", "POST", "/api/v1/sessions"): ({201}, None),
    ("routing", "GET", "/api/v1/sessions/current"): ({200}, STAFF),
    ("routing", "DELETE", "/api/v1/sessions/current"): ({204}, ANYBODY_OR_STAFF),
    ("routing", "DELETE", "/api/v1/sessions/{session_id}"): ({204}, STAFF),
    ("notifications", "GET", "/api/v1/feeds"): ({200}, STAFF),
    ("notifications", "GET", "/api/v1/feeds/{feed}"): ({200}, STAFF),
    ("notifications", "PUT", "/api/v1/feeds/{feed}/read"): ({200}, STAFF),
    ("notifications", "GET", "/api/v1/feeds/{feed}/stream"): ({200}, STAFF),
    ("notifications", "GET", "/api/v1/cases/{number}/notices"): ({200}, STAFF),
    ("surveys", "GET", "/api/v1/polls"): ({200}, ANYBODY_OR_STAFF),
    ("surveys", "POST", "/api/v1/polls"): ({201}, POLL_ADMIN),
    ("surveys", "GET", "/api/v1/polls/{poll_id}"): ({200}, ANYBODY_OR_STAFF),
    ("surveys", "POST", "/api/v1/polls/{poll_id}/open"): ({200}, POLL_ADMIN),
    ("surveys", "POST", "/api/v1/polls/{poll_id}/close"): ({200}, POLL_ADMIN),
    ("surveys", "GET", "/api/v1/polls/{poll_id}/results"): ({200}, ANYBODY_OR_STAFF),
    ("surveys", "GET", "/api/v1/polls/{poll_id}/receipts/{vote_id}"): ({200}, None),
}
"""Service, method, address → the good answers that can happen, and what is asked of the caller (None: nothing)."""

REPEATABLE = {
    ("intake", "/api/v1/appeals"),
    ("intake", "/api/v1/appeals/batch"),
    ("intake", "/api/v1/votes"),
    ("intake", "/api/v1/votes/batch"),
    ("surveys", "/api/v1/polls"),
    ("surveys", "/api/v1/polls/{poll_id}/open"),
    ("surveys", "/api/v1/polls/{poll_id}/close"),
}


def operations() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for service, app in applications().items():
        for path, methods in app.openapi()["paths"].items():
            for method, operation in methods.items():
                yield service, method.upper(), path, operation


def schemas(service: str) -> dict[str, Any]:
    found: dict[str, Any] = applications()[service].openapi()["components"]["schemas"]
    return found


def test_each_public_operation_names_its_good_answers_and_who_may_call() -> None:
    found = {
        (service, method, path): (
            {int(status) for status in operation["responses"] if status != "default"},
            operation.get("security"),
        )
        for service, method, path, operation in operations()
    }
    assert found == PUBLIC


@pytest.mark.parametrize(("service", "app"), applications().items())
def test_the_document_leaves_out_no_public_address_and_names_no_internal_one(service: str, app: FastAPI) -> None:
    documented = set(app.openapi()["paths"])
    served = {route.path_format for route in app.router.routes if isinstance(route, APIRoute)}
    assert {path for path in served if path.startswith("/api/")} == documented, service


@pytest.mark.parametrize(("service", "app"), applications().items())
def test_each_document_is_valid_and_says_where_it_applies(service: str, app: FastAPI) -> None:
    document = app.openapi()
    validate(document)
    assert [server["url"] for server in document["servers"]] == ["/"], service
    named = {name for *_, operation in operations() for one in operation.get("security", ()) for name in one}
    assert named == {CHANNEL_KEY, STAFF_SESSION}
    own = {
        name
        for at, *_, operation in operations()
        if at == service
        for one in operation.get("security", ())
        for name in one
    }
    assert set(document["components"].get("securitySchemes", {})) == own


def test_what_can_be_repeated_takes_an_idempotency_key() -> None:
    taking = {
        (service, path)
        for service, _, path, operation in operations()
        if any(given["name"] == "Idempotency-Key" for given in operation.get("parameters", ()))
    }
    assert taking == REPEATABLE


@pytest.mark.parametrize("path", ["/api/v1/appeals", "/api/v1/votes"])
def test_a_repeat_is_answered_in_the_form_of_the_first_answer(path: str) -> None:
    answers = applications()["intake"].openapi()["paths"][path]["post"]["responses"]
    assert answers["200"]["content"] == answers["201"]["content"]
    assert "Idempotent-Replayed" in answers["200"]["headers"]
    assert "Idempotent-Replayed" not in answers["201"].get("headers", {})


@pytest.mark.parametrize("service", applications())
def test_no_type_is_described_twice(service: str) -> None:
    plain = [re.sub(r"(-Input|-Output|__.*|\d+)$", "", name) for name in schemas(service)]
    assert sorted(plain) == sorted(set(plain))


def test_each_command_must_be_named() -> None:
    mapping = applications()["routing"].openapi()["paths"]["/api/v1/cases/{number}/commands"]["post"]["requestBody"]
    union = mapping["content"]["application/json"]["schema"]
    commands = [reference.rsplit("/", 1)[1] for reference in union["discriminator"]["mapping"].values()]
    assert len(commands) == 7
    for command in commands:
        assert {"command", "command_id"} <= set(schemas("routing")[command]["required"])


@pytest.mark.parametrize("result", ["AppealResultOut", "VoteResultOut"])
def test_a_problem_in_a_batch_is_a_problem_document(result: str) -> None:
    problem = schemas("intake")[result]["properties"]["problem"]
    assert problem["allOf"] == [{"$ref": "#/components/schemas/ProblemDocument"}]


@pytest.mark.parametrize("number", [True, False, "1", 1.5, "true"])
def test_a_number_in_a_body_is_a_json_number_as_the_document_says(number: object) -> None:
    with pytest.raises(ValidationError, match="max_choices"):
        PollIn.model_validate({"question": "?", "options": [], "max_choices": number})
    with pytest.raises(ValidationError, match="up_to"):
        ReadIn.model_validate({"up_to": number})
