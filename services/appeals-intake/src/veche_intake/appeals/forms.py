"""The citizen's form: from what a person typed to an appeal, or to what must be corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import ValidationError

from veche_intake.appeals.model import Language, NewAppeal
from veche_intake.appeals.text import without_controls
from veche_shared.values.email_address import FAULTS as EMAIL_FAULTS

Field = Literal["text", "address", "name", "email", "consent"]
FIELDS: Final[tuple[Field, ...]] = ("text", "address", "name", "email", "consent")

_LOCATIONS: Final[Mapping[tuple[str, ...], Field]] = {
    ("text",): "text",
    ("place", "address"): "address",
    ("author", "name"): "name",
    ("author", "email"): "email",
}
_FAULTS: Final[Mapping[tuple[Field, str], str]] = {
    ("text", "empty_text"): "appeal-form-text-empty",
    ("text", "text_too_long"): "appeal-form-text-long",
    **{("email", fault): f"appeal-form-{fault.replace('_', '-')}" for fault in EMAIL_FAULTS},
    ("email", "email"): "appeal-form-email-wrong",
    ("email", "string_too_short"): "appeal-form-email-wrong",
}
TOO_LONG: Final = "appeal-form-too-long"
CONSENT_MISSING: Final = "appeal-form-consent-missing"
FAULTS: Final = (*dict.fromkeys(_FAULTS.values()), TOO_LONG, CONSENT_MISSING)
"""The messages that a refused form may show."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is to be corrected in which field; ``message`` is the id of the sentence in the catalogues."""

    field: Field
    message: str


def read_form(given: Mapping[Field, str], language: Language) -> NewAppeal | Sequence[Mistake]:
    """The appeal that a person filled in, or the mistakes in the order of the fields.

    Name and e-mail are personal data, so they are taken only with consent (152-ФЗ, article 9).
    """
    words = {field: without_controls(given.get(field, "")).strip() for field in FIELDS}
    address, name, email = (" ".join(words[field].split()) or None for field in ("address", "name", "email"))
    mistakes: list[Mistake] = []
    appeal: dict[str, object] = {"text": words["text"], "language": language}
    if address is not None:
        appeal["place"] = {"address": address}
    if name is not None or email is not None:
        appeal["author"] = {"name": name, "email": email}
        if not words["consent"]:
            mistakes.append(Mistake("consent", CONSENT_MISSING))
    try:
        read = NewAppeal.model_validate(appeal)
    except ValidationError as error:
        return [*_mistakes(error), *mistakes]
    return mistakes or read


def _mistakes(error: ValidationError) -> list[Mistake]:
    found: dict[Field, Mistake] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        field = _LOCATIONS[tuple(str(part) for part in fault["loc"])]
        found.setdefault(field, Mistake(field, _FAULTS.get((field, fault["type"]), TOO_LONG)))
    return sorted(found.values(), key=lambda mistake: FIELDS.index(mistake.field))
