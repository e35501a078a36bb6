"""The example of docs/carriers.md is put together from the page and works as the page says."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx2
import pytest
from pydantic import SecretStr

import veche_notifications.carriers
from tests.keys import settings_with_keys
from tests.unit.notifications.factories import change
from veche_notifications.carriers.model import Attempt, Contact, Deferred, NoAddress, Outgoing, Refused, Sent
from veche_notifications.carriers.protocol import Carrier, Medium, open_carriers
from veche_notifications.carriers.registry import MEDIA
from veche_notifications.notices.rules import notice_of
from veche_notifications.settings import Settings
from veche_shared.configuration import ConfigurationError
from veche_shared.service.context import ServiceContext

PAGE = Path("docs/carriers.md")
BLOCK = re.compile(r"```python\n# carriers/(?P<path>\S+)\n(?P<source>.*?)```", re.DOTALL)
ANNA = Contact(None, "Анна", {"phone": "+7 900 123-45-67"})


@pytest.fixture(scope="module")
def sms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Medium]:
    folder = tmp_path_factory.mktemp("carriers")
    blocks = list(BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    assert [block["path"] for block in blocks] == ["sms/rules.py", "sms/carrier.py"]
    for block in blocks:
        file = folder / block["path"]
        file.parent.mkdir(exist_ok=True)
        file.write_text(block["source"], encoding="utf-8")
    veche_notifications.carriers.__path__.append(str(folder))
    importlib.invalidate_caches()
    try:
        yield cast("Medium", importlib.import_module("veche_notifications.carriers.sms.carrier").MEDIUM)
    finally:
        veche_notifications.carriers.__path__.remove(str(folder))
        for name in [name for name in sys.modules if name.startswith("veche_notifications.carriers.sms")]:
            del sys.modules[name]


def service(**carriers: dict[str, str]) -> ServiceContext[Settings]:
    given = {code: {name: SecretStr(value) for name, value in own.items()} for code, own in carriers.items()}
    settings = Settings.model_validate(settings_with_keys("notifications", notifications={"carriers": given}))
    return ServiceContext.of("notifications", "veche_notifications", settings)


def opened(medium: Medium, gateway: httpx2.MockTransport) -> Carrier:
    """The one carrier of the medium as the page makes it, before a gateway of this test, with words of its own."""
    (carrier,) = open_carriers(service(sms={"url": "http://gateway.test", "secret": "sesame"}), [medium])["sms"]
    made = vars(type(carrier))["__dataclass_fields__"]
    assert set(made) == {"client", "text_of"}
    own = getattr(carrier, "client")  # noqa: B009 - the class stands in the page
    client = httpx2.AsyncClient(base_url=own.base_url, headers=own.headers, transport=gateway)
    return type(carrier)(client, lambda notice: f"{notice.number}: {notice.kind}")  # type: ignore[call-arg]


def outgoing() -> Outgoing:
    notice = notice_of(change())
    assert notice is not None
    return Outgoing("case-1.1", notice)


@pytest.mark.parametrize(
    ("status", "attempt"),
    [(202, Sent), (400, Refused), (422, Refused), (401, Deferred), (429, Deferred), (503, Deferred)],
)
async def test_a_notice_goes_to_the_telephone_and_the_answer_says_what_follows(
    sms: Medium, status: int, attempt: type[Attempt]
) -> None:
    taken: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        taken.append(request)
        return httpx2.Response(status)

    carrier = opened(sms, httpx2.MockTransport(answer))
    assert isinstance(await carrier.send(outgoing(), ANNA), attempt)
    (request,) = taken
    assert (str(request.url), request.headers["gateway-secret"]) == ("http://gateway.test/messages", "sesame")
    assert json.loads(request.content) == {
        "id": "case-1.1",
        "to": "+7 900 123-45-67",
        "text": "Д-2026-case-1: received",
    }


async def test_who_has_no_telephone_is_not_asked_of_the_gateway_and_a_gateway_that_is_away_is_tried_later(
    sms: Medium,
) -> None:
    def nobody(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    carrier = opened(sms, httpx2.MockTransport(nobody))
    assert await carrier.send(outgoing(), Contact("anna@example.org", None)) == NoAddress()
    assert await carrier.send(outgoing(), ANNA) == Deferred(None, "ConnectError")


def test_a_medium_that_is_not_configured_has_no_carrier(sms: Medium) -> None:
    assert open_carriers(service(), [sms]) == {"sms": ()}


def test_misspelt_settings_and_those_of_no_carrier_end_the_start(sms: Medium) -> None:
    with pytest.raises(ConfigurationError, match="SmsOptions: adress"):
        open_carriers(service(sms={"adress": "http://gateway.test"}), [sms])
    with pytest.raises(ConfigurationError, match="there is no carrier sms"):
        open_carriers(service(sms={"url": "http://gateway.test"}), MEDIA)
