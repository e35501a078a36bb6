"""Keeps personal data out of the logs: known fields are dropped, and what looks like personal data is masked.

This is the second line. The first is that nobody logs a text that a person wrote (152-ФЗ, art. 7: confidentiality).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from veche_shared.personal_data import EMAIL, LONG_NUMBER, PHONE_WITH_PREFIX

MASK: Final = "***"

PERSONAL_KEYS: Final = frozenset(
    {
        "address",
        "answer",
        "api_key",
        "authorization",
        "body",
        "code",
        "contact",
        "contacts",
        "cookie",
        "email",
        "first_name",
        "full_name",
        "intake_key",
        "last_name",
        "middle_name",
        "password",
        "patronymic",
        "person",
        "phone",
        "query",
        "query_string",
        "routing_key",
        "secret",
        "session",
        "signing_key",
        "surname",
        "text",
        "token",
        "tracking_code",
        "tracking_key",
        "uri",
        "voter",
        "voter_key",
    }
)
"""Fields that are never logged, at any depth. Names are compared in lower case."""

# The user and password of a URI like mongodb://user:password@host.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]{1,200}@")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+")
_API_KEY = re.compile(r"\bveche_[A-Za-z0-9]{4,}_[\w-]{16,}")
_TRACKING_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
# Data that pydantic and MongoDB quote in their error messages.
_QUOTED_INPUT = re.compile(r"(?<=input_value=).*?(?=, input_type=|\Z)", re.DOTALL)
_QUOTED_KEY = re.compile(r"(?<=dup key: ).*", re.DOTALL)
_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}")

_PATTERNS: Final = (
    (_QUOTED_INPUT, MASK),
    (_QUOTED_KEY, MASK),
    (_CREDENTIALS, f"{MASK}@"),
    (EMAIL, MASK),
    (_BEARER, MASK),
    (_JWT, MASK),
    (_API_KEY, MASK),
    (_TRACKING_CODE, MASK),
    (PHONE_WITH_PREFIX, MASK),
    (LONG_NUMBER, MASK),
)


def mask_text(text: str) -> str:
    """Replace e-mail addresses, phone numbers, long digit sequences, credentials and codes in ``text`` by ``***``."""
    if _ISO_DATE.match(text) and len(text) <= len("2026-01-01T00:00:00.000000+00:00"):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def mask(value: object) -> object:
    """``value`` without personal data: mappings without their personal keys, texts masked, at any depth."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {key: mask(item) for key, item in value.items() if str(key).lower() not in PERSONAL_KEYS}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask_text(str(value))
