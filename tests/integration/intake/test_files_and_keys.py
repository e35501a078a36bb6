"""Appeals from a file, every row stored or reported; and the keys of channels."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from tests.backend.plugin import Namespace
from tests.backend.servers import Backend
from tests.integration.intake.harness import IMPORT_KEY, SECRET, VK_KEY, Service
from tests.keys import KEYS
from veche_intake.channels.catalogue import read_channels
from veche_intake.channels.cli import keys
from veche_intake.channels.commands import ApiKeyService
from veche_intake.channels.http import ApiKeyAuthenticator
from veche_intake.channels.store import ApiKeyStore
from veche_intake.settings import BootstrapKey
from veche_shared.clock import system_clock
from veche_shared.http.problems import Unauthorised
from veche_shared.ids import new_id

IMPORTS = "/api/v1/imports"


def authenticator(service: Service) -> ApiKeyAuthenticator:
    """One that remembers nothing yet."""
    return ApiKeyAuthenticator(ApiKeyStore(service.mongo), lambda: 0.0)


def report(answer: httpx2.Response) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows and the summary."""
    assert answer.status_code == 200, answer.text
    *rows, last = [json.loads(line) for line in answer.text.splitlines()]
    return [row["row"] for row in rows], last["summary"]


async def test_every_row_of_a_file_is_stored_or_reported(service: Service) -> None:
    file = (
        "Номер;Что;Где;Когда\n"
        f"1-{new_id()};Яма на дороге;Чкалова, 12;12.03.2026 10:00\n"
        ";Нет света;;\n"
        ";;Чкалова, 12;\n"
        ";Снег;;вчера\n"
        ";Мусор;;;лишнее\n"
    ).encode("cp1251")
    options = {
        "columns": {"external_id": "номер", "text": "Что", "address": "Где", "received_at": "Когда"},
        "dates": ["%d.%m.%Y %H:%M"],
    }
    async with service.caller(IMPORT_KEY) as office:
        for wanted in ("accepted", "duplicate"):
            rows, summary = report(
                await office.post(IMPORTS, files={"file": file}, data={"options": json.dumps(options)})
            )
            assert [row["result"] for row in rows] == [wanted, wanted, "rejected", "rejected", "rejected"]
            assert [row.get("code") for row in rows[2:]] == ["empty_text", "invalid_moment", "wrong_columns"]
            assert [row["line"] for row in rows] == [2, 3, 4, 5, 6]
            assert (summary["encoding"], summary["delimiter"], summary["rows"]) == ("cp1251", ";", 5)
            assert summary[wanted] == 2
    stored = await service.mongo["appeals"].find_one({"_id": rows[0]["number"]})
    assert stored is not None
    assert (stored["channel"], stored["place"]) == ("import", {"address": "Чкалова, 12"})


async def test_a_forgotten_quote_costs_its_own_row_and_no_other(service: Service) -> None:
    file = 'text,address\n"Яма у дома,Ленина\nНет света,Чкалова\nСнег,"Мира\nМусор,"Гагарина"\n'
    async with service.caller(IMPORT_KEY) as office:
        rows, summary = report(await office.post(IMPORTS, content=file.encode(), headers={"Content-Type": "text/csv"}))
        assert [(row["line"], row["result"]) for row in rows] == [
            (2, "rejected"),
            (3, "accepted"),
            (4, "rejected"),
            (5, "accepted"),
        ]
        assert (summary["rows"], summary["accepted"], summary["rejected"]) == (4, 2, 2)
        header = await office.post(IMPORTS, content=b'text,"abc\nx,y\n', headers={"Content-Type": "text/csv"})
    assert header.status_code == 422
    assert "invalid_header" in header.text


async def test_a_large_file_is_stored_whole_and_what_is_over_the_limit_is_reported(service: Service) -> None:
    name = new_id()
    file = "text,external_id\n" + "".join(f"Обращение {n},{name}-{n}\n" for n in range(1_250))
    async with service.caller(IMPORT_KEY) as office:
        rows, summary = report(await office.post(IMPORTS, content=file.encode(), headers={"Content-Type": "text/csv"}))
    assert [row["row"] for row in rows] == list(range(1, 1_251))
    assert (summary["rows"], summary["accepted"], summary["rejected"]) == (1_250, 1_200, 50)
    assert {row["code"] for row in rows[1_200:]} == {"too_many_rows"}
    assert await service.mongo["appeals"].count_documents({"external_id": {"$regex": f"^{name}"}}) == 1_200


@pytest.mark.parametrize(
    ("content", "media_type", "options", "status", "named"),
    [
        (b"", "text/csv", "{}", 422, "empty_file"),
        (b"a,b\n1,2\n", "text/csv", "{}", 422, "unknown_column"),
        (b"text\nx\n", "text/csv", '{"columns": {"address": "where"}}', 422, "unknown_column"),
        (b"text\nx\n", "text/csv", '{"colums": {}}', 422, "unknown_field"),
        (b"text\nx\n", "text/csv", "{", 400, "invalid_json"),
        (b"text\nx\n", "application/json", "{}", 415, "unsupported_media"),
    ],
)
async def test_a_file_that_cannot_be_read_is_rejected_as_a_whole(
    service: Service, content: bytes, media_type: str, options: str, status: int, named: str
) -> None:
    async with service.caller(IMPORT_KEY) as office:
        answer = await office.post(
            IMPORTS, content=content, params={"options": options}, headers={"Content-Type": media_type}
        )
    assert answer.status_code == status
    assert named in answer.text


async def test_a_key_without_the_scope_imports_nothing(service: Service) -> None:
    async with service.caller(VK_KEY) as vk:
        answer = await vk.post(IMPORTS, content=b"text\nx\n", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 403


async def test_an_operator_gives_a_key_and_takes_it_away(
    service: Service, backend: Backend, namespace: Namespace
) -> None:
    environment = {
        **backend.environment(),
        **namespace.environment(),
        **KEYS.environment("intake"),
    }

    # each command has an event loop of its own, so each runs in a thread of its own
    async def command(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, keys, arguments, env=environment)

    made = await command("create", "--channel", "ok", "--scope", "appeals:write", "--name", "Одноклассники")
    assert made.exit_code == 0, made.output
    token = made.stdout.strip()
    header = f"Bearer {token}"
    assert (await authenticator(service).authorise(header, "appeals:write")).channel == "ok"

    listed = (await command("list")).stdout
    key_id, secret = token.split("_")[1:]
    assert f"{key_id}\tok\tappeals:write\tin use\tОдноклассники\n" in listed
    assert secret not in listed
    assert (await command("revoke", key_id)).exit_code == 0
    assert (await command("revoke", key_id)).exit_code == 1
    with pytest.raises(Unauthorised):
        await authenticator(service).authorise(header, "appeals:write")
    refused = await command("create", "--channel", "fax", "--scope", "appeals:write")
    assert refused.exit_code == 1
    assert "there is no channel" in refused.stderr


def named(key_id: str, secret: str = SECRET, name: str = "first") -> BootstrapKey:
    return BootstrapKey(
        key=SecretStr(f"veche_{key_id}_{secret}"), channel="ok", name=name, scopes=frozenset({"appeals:write"})
    )


async def opens(service: Service, key: BootstrapKey) -> bool:
    try:
        await authenticator(service).authorise(f"Bearer {key.key.get_secret_value()}", "appeals:write")
    except Unauthorised:
        return False
    return True


@pytest.fixture
def api_keys(service: Service) -> ApiKeyService:
    return ApiKeyService(ApiKeyStore(service.mongo), read_channels(None), system_clock)


async def test_a_key_of_the_settings_that_was_revoked_is_not_brought_back_by_the_next_start(
    service: Service, api_keys: ApiKeyService
) -> None:
    lost, second = named("lost"), named("second")
    await api_keys.reconcile([lost, second])
    assert (await api_keys.reconcile([named("lost", name="renamed"), second])).revoked == []
    assert await opens(service, lost)
    assert await api_keys.revoke("lost")
    again = await api_keys.reconcile([lost, second])
    assert [issued.key.key_id for issued in again.revoked] == ["lost"]
    assert not await opens(service, lost)
    assert await opens(service, second)


async def test_keys_that_the_settings_name_no_more_open_nothing_until_they_are_named_again(
    service: Service, api_keys: ApiKeyService
) -> None:
    made_by_operator = await api_keys.create("ok", {"appeals:write"}, "by hand")
    first, second, third = named("first"), named("second"), named("third")
    await api_keys.reconcile([first, second, third])

    done = await api_keys.reconcile([third])
    assert done.withdrawn == 2
    assert [await opens(service, key) for key in (first, second, third)] == [False, False, True]
    assert (await api_keys.reconcile([third])).withdrawn == 0

    await api_keys.reconcile([first])
    assert [await opens(service, key) for key in (first, second, third)] == [True, False, False]
    await api_keys.reconcile([])
    assert not await opens(service, first)
    key = await authenticator(service).authorise(f"Bearer {made_by_operator.get_secret_value()}", "appeals:write")
    assert key.channel == "ok"


async def test_a_withdrawn_key_can_still_be_revoked_and_stays_so(service: Service, api_keys: ApiKeyService) -> None:
    await api_keys.reconcile([named("gone")])
    await api_keys.reconcile([])
    assert await api_keys.revoke("gone")
    assert (await api_keys.reconcile([named("gone")])).revoked
    assert not await opens(service, named("gone"))


async def test_a_list_of_keys_that_cannot_be_used_changes_nothing(service: Service, api_keys: ApiKeyService) -> None:
    kept = named("kept")
    await api_keys.reconcile([kept])
    other_secret = SECRET[::-1] + "x"
    short = BootstrapKey(key=SecretStr("veche_short_1"), channel="ok", name="", scopes=frozenset())
    for listed, message in (
        ([named("twin"), named("twin", other_secret)], "two keys with the id «twin»"),
        ([named("fresh"), short], "must look like veche_<id>_<secret>"),
        ([named("fresh"), named("other").model_copy(update={"channel": "fax"})], "there is no channel «fax»"),
    ):
        with pytest.raises(ValueError, match=message):
            await api_keys.reconcile(listed)
        assert await opens(service, kept)
        assert not await opens(service, named("fresh"))
