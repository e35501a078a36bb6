"""The citizen's form: from what a person typed to an appeal, or to all that must be corrected. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final, Literal, get_args

from pydantic import ValidationError

from veche_intake.appeals.model import Language, NewAppeal
from veche_intake.appeals.rules import digest_of
from veche_intake.channels.model import WEB
from veche_intake.submissions.rules import key_of
from veche_shared.rejection import Rejected
from veche_shared.values.text import without_controls

FormField = Literal["text", "address", "name", "email", "consent"]
FIELDS: Final[tuple[FormField, ...]] = get_args(FormField)

_LOCATIONS: Final[Mapping[tuple[str, ...], FormField]] = {
    ("text",): "text",
    ("place", "address"): "address",
    ("author", "name"): "name",
    ("author", "email"): "email",
}
_CODES: Final[Mapping[tuple[FormField, str], str]] = {
    ("text", "empty_text"): "empty_text",
    ("text", "text_too_long"): "text_too_long",
    ("email", "email"): "email",
    ("email", "email_character"): "email_character",
    ("email", "email_period"): "email_period",
    ("email", "email_alphabets"): "email_alphabets",
    ("email", "string_too_short"): "email",
}
"""What the validator calls a fault of a field, and the code of its sentence; any other fault is too many characters."""

REJECTIONS: Final = (*dict.fromkeys(_CODES.values()), "too_long", "consent_missing")
"""The codes of all rejections that a form may get."""


def read_form(given: Mapping[FormField, str], language: Language) -> NewAppeal | list[Rejected]:
    """The appeal that a person filled in, or all that is wrong with it in the order of the fields.

    A rejection's field is the name of the form's field, as a pointer. Name and e-mail are personal data, so they are
    taken only with consent (152-ФЗ, article 9).
    """
    typed = {field: without_controls(given.get(field, "")).strip() for field in FIELDS}
    address, name, email = (" ".join(typed[field].split()) or None for field in ("address", "name", "email"))
    rejected: list[Rejected] = []
    appeal: dict[str, object] = {"text": typed["text"], "language": language}
    if address is not None:
        appeal["place"] = {"address": address}
    if name is not None or email is not None:
        appeal["author"] = {"name": name, "email": email}
        if not typed["consent"]:
            rejected.append(_rejected("consent", "consent_missing"))
    try:
        read = NewAppeal.model_validate(appeal)
    except ValidationError as error:
        return [*_faults(error), *rejected]
    return rejected or read


def form_key(token: str, appeal: NewAppeal) -> str:
    """The key of one form with one content: sent twice it is one appeal, corrected and sent again it is another."""
    content = hashlib.sha256(digest_of(appeal)).hexdigest()[:16]
    return key_of("form", WEB, f"{token}#{content}")


def _faults(error: ValidationError) -> Sequence[Rejected]:
    """The first fault of each field."""
    found: dict[FormField, Rejected] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        field = _LOCATIONS[tuple(str(part) for part in fault["loc"])]
        found.setdefault(field, _rejected(field, _CODES.get((field, fault["type"]), "too_long")))
    return [found[field] for field in FIELDS if field in found]


def _rejected(field: FormField, code: str) -> Rejected:
    return Rejected(code, f"/{field}")
