"""Asks intake's vault where a person is reached, at the moment of sending; remembers nothing."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from veche_notifications.carriers.model import Contact


class ContactsUnavailableError(Exception):
    """The vault cannot be asked at the moment, or gives no answer that can be read; ask again later."""


class _Answer(BaseModel):
    """What the vault knows; every field but the name is an address, those that a newer vault adds too."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    email: str | None = None
    name: str | None = None

    def contact(self) -> Contact | None:
        """None where there is no address of any kind."""
        others = {kind: value for kind, value in (self.model_extra or {}).items() if isinstance(value, str) and value}
        return Contact(self.email or None, self.name, others) if self.email or others else None


@dataclass(frozen=True, slots=True)
class ContactsClient:
    """The contacts that intake keeps, by pseudonym."""

    client: httpx2.AsyncClient

    async def find(self, pseudonym: str) -> Contact | None:
        """The person's addresses as they were given; None where the vault has none.

        Raises ContactsUnavailableError.
        """
        try:
            response = await self.client.get(f"/internal/v1/contacts/{quote(pseudonym, safe='')}")
        except httpx2.HTTPError as error:
            raise ContactsUnavailableError(f"intake: {type(error).__name__}") from error
        if response.status_code == httpx2.codes.NOT_FOUND:
            return None
        if response.status_code != httpx2.codes.OK:
            raise ContactsUnavailableError(f"intake answered {response.status_code}")
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise ContactsUnavailableError("intake answered something else than a contact") from error
        return answer.contact()

    async def close(self) -> None:
        await self.client.aclose()


def contacts_client(intake_url: str, key: SecretStr, timeout: float = 10.0) -> ContactsClient:
    """The vault of the intake service at ``intake_url``; ``timeout`` in seconds for one question."""
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
    return ContactsClient(httpx2.AsyncClient(base_url=intake_url, headers=headers, timeout=timeout))
