"""A client that a public tool generates from the OpenAPI document works unmodified, repeats and batches included."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import httpx
import pytest

from tests.integration.intake.harness import ADDRESS, VK_KEY, Service
from veche_shared.ids import new_id

Part: TypeAlias = Callable[[str], Any]
"""A part of the generated package by its dotted name; it has types of its own, which nobody here can know."""

PACKAGE = "intake_client"
# The tool knows no text/csv; it is told that such a file is bytes.
CONFIGURATION = {
    "post_hooks": [],
    "content_type_overrides": {"text/csv": "application/octet-stream"},
}


@pytest.fixture(scope="module")
def part(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Part]:
    """The client generated from the document that the service serves."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(service.app.openapi()))
    (folder / "configuration.json").write_text(json.dumps(CONFIGURATION))
    arguments = ("--path", "openapi.json", "--config", "configuration.json", "--output-path", PACKAGE, "--meta", "none")
    program = Path(sys.executable).with_name("openapi-python-client")
    done = subprocess.run(
        [program, "generate", *arguments, "--fail-on-warning"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    try:
        yield lambda name: _attribute(importlib.import_module(f"{PACKAGE}.{name.rpartition('.')[0]}"), name)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def _attribute(module: ModuleType, name: str) -> object:
    return getattr(module, name.rpartition(".")[2])


@pytest.fixture
def client(service: Service, part: Part) -> Any:
    """The generated client with the key of VKontakte; it raises at a status that the document does not name."""
    return part("client.AuthenticatedClient")(
        base_url=ADDRESS,
        token=VK_KEY,
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.ASGITransport(app=service.app)},
    )


async def test_an_appeal_is_posted_and_posted_again(part: Part, client: Any) -> None:
    post = part("api.appeals.register_api_v1_appeals_post.asyncio_detailed")
    receipt = part("models.AppealReceiptOut")
    place = part("models.PlaceGiven")(latitude=56.64, longitude=43.47)
    appeal, once = part("models.NewAppeal")(text="Не горит фонарь", place=place), new_id()
    first = await post(client=client, body=appeal, idempotency_key=once)
    again = await post(client=client, body=appeal, idempotency_key=once)
    assert [first.status_code, again.status_code] == [201, 200]
    assert isinstance(first.parsed, receipt)
    assert first.parsed == again.parsed
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await post(client=client, body=part("models.NewAppeal")(text="Другое"), idempotency_key=once)
    assert isinstance(other.parsed, part("models.ProblemDocument"))
    assert other.parsed.type_ == "urn:veche:problem:idempotency_key_reused"


async def test_of_a_batch_each_is_answered_as_it_would_be_alone(part: Part, client: Any) -> None:
    post = part("api.appeals.register_batch_api_v1_appeals_batch_post.asyncio")
    new = part("models.NewAppeal")
    batch, once = part("models.AppealBatchIn")(appeals=[new(text="Яма"), new(text=" ")]), new_id()
    first = await post(client=client, body=batch, idempotency_key=once)
    again = await post(client=client, body=batch, idempotency_key=once)
    assert (first.accepted, first.replayed, first.refused) == (1, 0, 1)
    assert (again.accepted, again.replayed, again.refused) == (0, 1, 1)
    assert first.results[0].appeal == again.results[0].appeal
    refused = first.results[1].problem
    assert isinstance(refused, part("models.ProblemDocument"))
    assert [(error.code, error.pointer) for error in refused.errors] == [("empty_text", "/text")]


async def test_votes_are_cast_cast_again_and_cast_together(service: Service, part: Part, client: Any) -> None:
    cast = part("api.votes.cast_api_v1_votes_post.asyncio_detailed")
    new = part("models.NewVote")
    poll = await service.poll()
    vote, once = new(poll_id=poll, options=["park"], voter="anna"), new_id()
    first = await cast(client=client, body=vote, idempotency_key=once)
    again = await cast(client=client, body=vote, idempotency_key=once)
    assert [first.status_code, again.status_code] == [201, 200]
    assert isinstance(first.parsed, part("models.VoteReceiptOut"))
    assert first.parsed == again.parsed
    together = await part("api.votes.cast_batch_api_v1_votes_batch_post.asyncio")(
        client=client,
        body=part("models.VoteBatchIn")(
            votes=[
                new(poll_id=poll, options=["pier"], voter="boris"),
                new(poll_id=poll, options=["bridge"], voter="vera"),
            ]
        ),
    )
    assert [result.status for result in together.results] == [201, 422]
    assert isinstance(together.results[1].problem, part("models.ProblemDocument"))


async def test_without_a_valid_key_the_client_reads_a_problem(service: Service, part: Part) -> None:
    nobody = part("client.AuthenticatedClient")(
        base_url=ADDRESS,
        token="veche_none_none",
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.ASGITransport(app=service.app)},
    )
    answer = await part("api.appeals.register_api_v1_appeals_post.asyncio")(
        client=nobody, body=part("models.NewAppeal")(text="Яма")
    )
    assert (answer.status, answer.type_) == (401, "urn:veche:problem:key_required")
