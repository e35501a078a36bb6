"""Appeals over HTTP: stored once, numbered, announced, and every rejection precise."""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter
from typing import Any

import httpx2
import pytest

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.intake.harness import NOWHERE, VK_KEY, VOTES_KEY, Service, eventually, running
from tests.keys import KEYS
from tests.outboxes import waiting_in
from veche_shared.contracts.topics import CASES, SURVEYS
from veche_shared.ids import new_id
from veche_shared.messaging.topics import create_topics
from veche_shared.settings import KafkaSettings

APPEALS = "/api/v1/appeals"


def problem_code(answer: httpx2.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("urn:veche:problem:")


def errors(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error.get("pointer", error.get("parameter")): error["code"] for error in answer.json()["errors"]}


async def stored(service: Service, **wanted: object) -> int:
    return await service.mongo["appeals"].count_documents(wanted)


async def test_an_appeal_gets_a_number_and_a_code_and_is_announced_without_contact_data(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    answer = await vk.post(
        APPEALS,
        json={
            "text": " Яма на дороге\r\nу дома 12 ",
            "external_id": new_id(),
            "place": {"address": "ул. Чкалова, 12"},
            "received_at": "2026-01-12T10:00:00+03:00",
            "author": {"name": "Анна Кузнецова", "email": "anna@example.ru"},
        },
    )
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["number"].startswith("Д-20")
    assert len(receipt["tracking_code"]) == 14
    document = await service.mongo["appeals"].find_one({"_id": receipt["number"]})
    assert document is not None
    assert document["text"] == "Яма на дороге\nу дома 12"
    assert "anna@" not in str(document)

    events = await service.published("appeals", 1)
    event = next(one for one in events if one["subject"] == receipt["appeal_id"])
    assert event["type"] == "appeal.registered.v1"
    assert event["data"]["number"] == receipt["number"]
    assert event["data"]["reachable_by"] == ["email"]
    assert "anna@" not in str(event)

    async with service.caller(KEYS.notifications) as notifications:
        contact = await notifications.get(f"/internal/v1/contacts/{event['data']['author']}")
        assert contact.json() == {"name": "Анна Кузнецова", "email": "anna@example.ru"}
        assert (await notifications.get("/internal/v1/contacts/nobody")).status_code == 404
    assert (await vk.get(f"/internal/v1/contacts/{event['data']['author']}")).status_code == 401


async def test_a_repeat_gets_the_first_answer_by_either_key(service: Service, vk: httpx2.AsyncClient) -> None:
    key, external = new_id(), new_id()
    body = {"text": "Не горит фонарь", "external_id": external}
    first = await vk.post(APPEALS, json=body, headers={"Idempotency-Key": key})
    by_key = await vk.post(APPEALS, json=body, headers={"Idempotency-Key": key})
    by_external = await vk.post(APPEALS, json=body)
    assert (first.status_code, by_key.status_code, by_external.status_code) == (201, 200, 200)
    assert "idempotent-replayed" not in first.headers
    assert by_key.headers["idempotent-replayed"] == by_external.headers["idempotent-replayed"] == "true"
    assert first.json() == by_key.json() == by_external.json()
    assert await stored(service, external_id=external) == 1


async def test_another_appeal_under_a_used_key_is_refused(service: Service, vk: httpx2.AsyncClient) -> None:
    key, external = new_id(), new_id()
    await vk.post(APPEALS, json={"text": "Первая", "external_id": external}, headers={"Idempotency-Key": key})
    reused = await vk.post(APPEALS, json={"text": "Вторая"}, headers={"Idempotency-Key": key})
    assert (reused.status_code, problem_code(reused)) == (422, "idempotency_key_reused")
    edited = await vk.post(APPEALS, json={"text": "Вторая", "external_id": external})
    assert (edited.status_code, problem_code(edited)) == (409, "external_id_reused")
    assert await stored(service, text="Вторая") == 0


async def test_of_many_at_once_with_one_key_one_is_stored_and_all_get_its_number(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    body = {"text": "Прорвало трубу", "external_id": new_id()}
    answers = await asyncio.gather(*(vk.post(APPEALS, json=body) for _ in range(40)))
    assert sorted(answer.status_code for answer in answers) == [200] * 39 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert await stored(service, external_id=body["external_id"]) == 1


async def test_appeals_without_any_key_are_all_stored_under_numbers_of_their_own(vk: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(vk.post(APPEALS, json={"text": "Снег"}) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 100


async def test_a_repeat_uses_up_no_number(vk: httpx2.AsyncClient) -> None:
    body = {"text": "Гололёд", "external_id": new_id()}
    first = (await vk.post(APPEALS, json=body)).json()["number"]
    for _ in range(5):
        await vk.post(APPEALS, json=body)
    following = (await vk.post(APPEALS, json={"text": "Гололёд и тут"})).json()["number"]
    assert int(following.rsplit("-", 1)[1]) == int(first.rsplit("-", 1)[1]) + 1


@pytest.mark.parametrize("path", [APPEALS, f"{APPEALS}/batch", "/api/v1/votes", "/api/v1/votes/batch"])
async def test_a_body_that_names_a_field_twice_is_refused_and_nothing_is_stored(
    service: Service, vk: httpx2.AsyncClient, path: str
) -> None:
    text = new_id()
    vote = '{"poll_id": "p", "options": ["a"], "voter": "v", "voter": "w"}'
    appeal = f'{{"text": "{text}", "text": "{text}"}}'
    item = appeal if "appeals" in path else vote
    field = "appeals" if "appeals" in path else "votes"
    content = f'{{"{field}": [{item}]}}' if path.endswith("batch") else item
    answer = await vk.post(path, content=content.encode(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, problem_code(answer)) == (400, "repeated_name")
    assert await stored(service, text=text) == 0


async def test_a_compressed_appeal_is_refused_as_that(vk: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await vk.post(APPEALS, content=gzip.compress(b'{"text": "a"}'), headers=headers)
    assert (answer.status_code, problem_code(answer)) == (415, "coded_body")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"text": "  \n "}, {"/text": "empty_text"}),
        ({}, {"/text": "required"}),
        ({"text": "я" * 20_001}, {"/text": "text_too_long"}),
        ({"text": "яма\x07"}, {"/text": "control_character"}),
        ({"text": "яма", "colour": "red"}, {"/colour": "unknown_field"}),
        ({"text": "яма", "received_at": "1999-01-01T00:00:00Z"}, {"/received_at": "too_early"}),
        ({"text": "яма", "received_at": "2099-01-01T00:00:00Z"}, {"/received_at": "in_the_future"}),
        ({"text": "яма", "received_at": "2999-01-01T00:00:00Z"}, {"/received_at": "too_late"}),
        ({"text": "яма", "received_at": "2026-01-01T00:00:00"}, {"/received_at": "missing_time_zone"}),
        ({"text": "яма", "place": {"latitude": 91, "longitude": 0}}, {"/place/latitude": "too_large"}),
        ({"text": "яма", "place": {"latitude": 56}}, {"/place": "half_a_point"}),
        ({"text": "яма", "place": {"latitude": True, "longitude": 0}}, {"/place/latitude": "wrong_type"}),
        ({"text": "яма", "place": {"latitude": 0, "longitude": "43.4"}}, {"/place/longitude": "wrong_type"}),
        ({"text": "яма", "channel": "fax"}, {"/channel": "unknown_channel"}),
        ({"text": "яма", "channel": "ok"}, {"/channel": "other_channel"}),
        ({"text": "яма", "regime": "martial"}, {"/regime": "unknown_regime"}),
        ({"text": "яма", "author": {"email": "anna"}}, {"/author/email": "email"}),
        ({"text": "яма", "author": {"email": "a@[b.ru"}}, {"/author/email": "email_character"}),
        ({"text": "яма", "author": {"email": "a@b.ru."}}, {"/author/email": "email_period"}),
        ({"text": "яма", "author": {"email": "a@m\u0430il.ru"}}, {"/author/email": "email_alphabets"}),
    ],
)
async def test_each_fault_is_reported_at_its_place(
    vk: httpx2.AsyncClient, body: dict[str, Any], wanted: dict[str, str]
) -> None:
    assert errors(await vk.post(APPEALS, json=body)) == wanted


async def test_each_way_of_being_unreadable_has_its_own_answer(vk: httpx2.AsyncClient) -> None:
    json = {"Content-Type": "application/json"}
    broken = await vk.post(APPEALS, content=b'{"text": ', headers=json)
    assert (broken.status_code, problem_code(broken)) == (400, "invalid_json")
    not_utf8 = await vk.post(APPEALS, content='{"text": "яма"}'.encode("cp1251"), headers=json)
    assert (not_utf8.status_code, problem_code(not_utf8)) == (400, "invalid_utf8")
    huge = await vk.post(APPEALS, content=b" " * (1024 * 1024 + 1), headers=json)
    assert (huge.status_code, problem_code(huge)) == (413, "payload_too_large")
    form = await vk.post(APPEALS, content=b"text=1", headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    assert errors(await vk.post(APPEALS, json={"text": "яма"}, headers={"Idempotency-Key": ""})) == {
        "Idempotency-Key": "invalid_format"
    }


async def test_a_key_opens_only_what_it_is_for(service: Service) -> None:
    for key in (None, "nonsense", f"{VK_KEY[:-1]}0", f"veche_none_{'0' * 64}"):
        async with service.caller(key) as stranger:
            refused = await stranger.post(APPEALS, json={"text": "яма"})
            assert (refused.status_code, problem_code(refused)) == (401, "key_required")
            assert refused.headers["www-authenticate"] == "Bearer"
    async with service.caller(VOTES_KEY) as votes_only:
        refused = await votes_only.post(APPEALS, json={"text": "яма"})
        assert (refused.status_code, problem_code(refused)) == (403, "scope")


async def test_a_batch_answers_each_of_its_appeals_in_order(service: Service, vk: httpx2.AsyncClient) -> None:
    known, fresh = new_id(), new_id()
    await vk.post(APPEALS, json={"text": "Известная", "external_id": known})
    batch = {
        "appeals": [
            {"text": "Новая", "external_id": fresh},
            {"text": "Известная", "external_id": known},
            {"text": " "},
            {"text": "Новая", "external_id": fresh},
            {"text": "Другая", "external_id": known},
            {"text": "Без ключа"},
            "строка",
        ]
    }
    answer = (await vk.post(f"{APPEALS}/batch", json=batch)).json()
    results = answer["results"]
    assert [result["status"] for result in results] == [201, 200, 422, 200, 409, 201, 422]
    assert results[0]["appeal"] == results[3]["appeal"]
    assert results[2]["problem"]["errors"][0]["code"] == "empty_text"
    assert (answer["accepted"], answer["replayed"], answer["refused"]) == (2, 2, 3)
    assert await stored(service, external_id=fresh) == 1


async def test_a_large_batch_is_stored_whole_and_its_repeat_finds_everything(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    name = new_id()
    batch = {"appeals": [{"text": f"Обращение {n}", "external_id": f"{name}-{n}"} for n in range(1_000)]}
    first, second = [(await vk.post(f"{APPEALS}/batch", json=batch)).json() for _ in range(2)]
    assert (first["accepted"], second["replayed"]) == (1_000, 1_000)
    assert [one["appeal"] for one in first["results"]] == [one["appeal"] for one in second["results"]]
    assert await stored(service, external_id={"$regex": f"^{name}"}) == 1_000
    too_many = await vk.post(f"{APPEALS}/batch", json={"appeals": [{"text": "и ещё"}] * 1_001})
    assert errors(too_many) == {"/appeals": "too_many"}


async def test_two_batches_that_overlap_at_once_store_each_appeal_once(
    service: Service, vk: httpx2.AsyncClient
) -> None:
    name = new_id()
    batches = [
        {"appeals": [{"text": f"Обращение {n}", "external_id": f"{name}-{n}"} for n in range(start, start + 60)]}
        for start in (0, 30, 60)
    ]
    answers = await asyncio.gather(*(vk.post(f"{APPEALS}/batch", json=batch) for batch in batches))
    counts = [answer.json() for answer in answers]
    assert sum(count["accepted"] for count in counts) == 120
    assert sum(count["replayed"] for count in counts) == 60
    assert await stored(service, external_id={"$regex": f"^{name}"}) == 120


async def test_an_idempotency_key_of_a_batch_covers_each_of_its_appeals(vk: httpx2.AsyncClient) -> None:
    batch, key = {"appeals": [{"text": "Первая"}, {"text": "Вторая"}]}, {"Idempotency-Key": new_id()}
    first = (await vk.post(f"{APPEALS}/batch", json=batch, headers=key)).json()
    second = (await vk.post(f"{APPEALS}/batch", json=batch, headers=key)).json()
    assert (first["accepted"], second["replayed"]) == (2, 2)
    assert [one["appeal"] for one in first["results"]] == [one["appeal"] for one in second["results"]]


async def test_the_public_state_opens_to_the_code_alone(service: Service, vk: httpx2.AsyncClient) -> None:
    receipt = (await vk.post(APPEALS, json={"text": "Яма"})).json()
    address = f"{APPEALS}/{receipt['number']}"
    async with service.caller() as author:
        shown = await author.get(address, headers={"Tracking-Code": receipt["tracking_code"].lower()})
        assert shown.status_code == 200
        assert (shown.json()["number"], shown.json()["state"]) == (receipt["number"], "received")
        assert (await author.get(address, params={"code": receipt["tracking_code"]})).status_code == 200
        assert (await author.get(address)).status_code == 401
        wrong = await author.get(address, params={"code": "AAAA-BBBB-CCCC"})
        unknown = await author.get(f"{APPEALS}/Д-2026-999999", params={"code": receipt["tracking_code"]})
        assert (
            (wrong.status_code, problem_code(wrong))
            == (unknown.status_code, problem_code(unknown))
            == (404, "appeal_unknown")
        )


async def test_guessing_a_code_is_stopped(service: Service, vk: httpx2.AsyncClient) -> None:
    receipt = (await vk.post(APPEALS, json={"text": "Яма"})).json()
    async with service.caller() as guesser:
        address = f"{APPEALS}/{receipt['number']}"
        codes = [(await guesser.get(address, params={"code": f"AAAA-BBBB-{n:04d}"})).status_code for n in range(11)]
        assert codes == [404] * 10 + [429]
        late = await guesser.get(address, params={"code": receipt["tracking_code"]})
        assert (late.status_code, problem_code(late)) == (429, "slow_down")
        assert int(late.headers["retry-after"]) > 0


async def test_of_two_hundred_codes_at_once_on_two_replicas_only_ten_are_compared(
    service: Service, vk: httpx2.AsyncClient, backend: Backend, namespace: Namespace
) -> None:
    address = f"{APPEALS}/{(await vk.post(APPEALS, json={'text': 'Яма'})).json()['number']}"
    async with running(backend, namespace) as replica, service.caller() as here, replica.caller() as there:

        async def guess(number: int) -> int:
            code = f"AAAA-BBBB-{number:04d}"
            return (await (here, there)[number % 2].get(address, params={"code": code})).status_code

        statuses = Counter(await asyncio.gather(*(guess(number) for number in range(200))))
    assert statuses == {404: 10, 429: 190}


async def test_the_right_code_may_be_sent_as_often_as_one_likes(service: Service, vk: httpx2.AsyncClient) -> None:
    receipt = (await vk.post(APPEALS, json={"text": "Яма"})).json()
    async with service.caller() as author:
        address = f"{APPEALS}/{receipt['number']}"
        for _ in range(80):
            answer = await author.get(address, params={"code": receipt["tracking_code"]})
            assert answer.status_code == 200


async def test_without_kafka_appeals_are_accepted_and_announced_when_it_is_back(
    backend: Backend, namespace: Namespace
) -> None:
    quiet = Namespace(f"{namespace.topic_prefix}quiet.", f"{namespace.database_prefix}quiet_")
    async with running(backend, quiet, kafka=NOWHERE) as alone:
        async with alone.caller(VK_KEY) as http:
            answers = [await http.post(APPEALS, json={"text": f"Яма {n}"}) for n in range(5)]
            assert {answer.status_code for answer in answers} == {201}
            ready = await http.get("/health/ready")
            assert ready.status_code == 200
            assert ready.json()["checks"]["kafka"] != "ok"
        assert len(await waiting_in(alone.mongo["outbox"])) == 5
    settings = KafkaSettings(bootstrap_servers=backend.kafka_bootstrap, topic_prefix=quiet.topic_prefix)
    await create_topics(settings, [CASES, SURVEYS])  # their owners do not run here
    async with running(backend, quiet) as joined:
        events = await joined.published("appeals", 5)
        wanted = {answer.json()["number"] for answer in answers}
        assert {event["data"]["number"] for event in events} == wanted

        async def sent() -> bool:
            return await joined.mongo["outbox"].count_documents({}) == 0

        await eventually(sent)


async def test_the_openapi_document_describes_what_is_taken_and_given(service: Service) -> None:
    async with service.caller() as anybody:
        document = (await anybody.get("/openapi/intake.json")).json()
    register = document["paths"][APPEALS]["post"]
    body = register["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert body == "#/components/schemas/NewAppeal"
    assert set(document["components"]["schemas"]["NewAppeal"]["properties"]) >= {"text", "external_id", "place"}
    assert "/api/v1/imports" in document["paths"]
