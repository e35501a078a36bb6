"""Asking the vault how a person is reached: an answer, no address, or «ask again later», and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest

from veche_notifications.carriers.model import Contact
from veche_notifications.deliveries.client import ContactsClient, ContactsUnavailableError

Answering = Callable[[httpx2.Request], httpx2.Response]


async def found(answering: Answering, pseudonym: str = "person-1") -> Contact | None:
    transport = httpx2.MockTransport(answering)
    async with httpx2.AsyncClient(transport=transport, base_url="http://intake.test") as http:
        return await ContactsClient(http).find(pseudonym)


def answered(status: int, content: bytes = b"") -> Answering:
    return lambda _: httpx2.Response(status, content=content)


def contact(**known: object) -> Answering:
    return answered(200, json.dumps(known).encode())


async def test_the_address_is_the_one_that_the_person_gave() -> None:
    assert await found(contact(email="anna@Почта.рф", name="Анна")) == Contact("anna@Почта.рф", "Анна")


async def test_an_address_of_a_kind_that_a_newer_vault_adds_is_there_for_the_carrier_that_can_use_it() -> None:
    known = contact(email="anna@example.org", phone="+7 900 000-00-00", max="", since=2026)
    assert await found(known) == Contact("anna@example.org", None, {"phone": "+7 900 000-00-00"})
    assert await found(contact(phone="+7 900 000-00-00")) == Contact(None, None, {"phone": "+7 900 000-00-00"})


@pytest.mark.parametrize("pseudonym", ["person-1", "a/b", "a?b=c", "../keys", "%2e%2e", "Анна"])
async def test_a_pseudonym_is_one_segment_of_the_path_whatever_it_holds(pseudonym: str) -> None:
    asked: list[httpx2.URL] = []

    def answering(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url)
        return httpx2.Response(404)

    assert await found(answering, pseudonym) is None
    (url,) = asked
    assert url.raw_path.count(b"/") == 4
    assert url.path == f"/internal/v1/contacts/{pseudonym}"
    assert url.query == b""


@pytest.mark.parametrize("known", [{}, {"email": None}, {"email": ""}, {"name": "Анна"}])
async def test_who_left_no_address_has_none(known: dict[str, object]) -> None:
    assert await found(contact(**known)) is None


@pytest.mark.parametrize("status", [204, 301, 401, 429, 500, 503])
async def test_any_other_answer_than_a_contact_or_none_is_asked_for_again(status: int) -> None:
    with pytest.raises(ContactsUnavailableError, match=f"intake answered {status}"):
        await found(answered(status))


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"email": 1}', b'{"email": "a@b.ru"', b"\xff"])
async def test_an_answer_that_cannot_be_read_is_asked_for_again_and_not_repeated_in_the_error(content: bytes) -> None:
    with pytest.raises(ContactsUnavailableError, match=r"^intake answered something else than a contact$"):
        await found(answered(200, content))


@pytest.mark.parametrize("error", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.RemoteProtocolError])
async def test_while_the_vault_cannot_be_reached_it_is_asked_for_again(error: type[httpx2.HTTPError]) -> None:
    def answering(request: httpx2.Request) -> httpx2.Response:
        raise error("http://intake.test")

    with pytest.raises(ContactsUnavailableError, match=error.__name__):
        await found(answering)
