"""Repeats over HTTP: the Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), and clashes as problems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from veche_intake.deduplication.model import Clash, Conflict
from veche_shared.http.problems import Conflict as ConflictProblem
from veche_shared.http.problems import FieldError, Problem, Unavailable, Unprocessable

REPLAYED: Final = "Idempotent-Replayed"
"""The header that says ``true`` on an answer which an earlier request had caused."""

_KEY: Final = re.compile(r'"?([\x21\x23-\x7e][\x20\x21\x23-\x7e]{0,198})"?')

_DETAILS: Final[Mapping[Conflict, str]] = {
    "idempotency_key_reused": "The Idempotency-Key was used for another body; give each new thing a key of its own.",
    "external_id_reused": (
        "The external_id names something that was stored with another content, which stays as it is; "
        "send what is new under an id of its own."
    ),
    "row_changed": "This row of the file was stored before with another content, which stays as it is.",
    "voted_already": "This person has voted in this poll; the first vote counts and this one was not stored.",
}


def read_idempotency_key(value: str | None) -> str | None:
    """The key of a request, with or without the quotes of a structured field; raises Unprocessable for another form."""
    if value is None:
        return None
    found = _KEY.fullmatch(value.strip())
    if found is None:
        raise Unprocessable(
            errors=[
                FieldError(
                    "invalid_format",
                    "Give 1 to 200 printable ASCII characters, for example a UUID.",
                    parameter="Idempotency-Key",
                )
            ]
        )
    return found[1]


def clash_problem(clash: Clash) -> Problem:
    """How a clash is told: 422 for a reused Idempotency-Key, since the request is wrong; 409 for all else."""
    kind = Unprocessable if clash.conflict == "idempotency_key_reused" else ConflictProblem
    return kind(_DETAILS[clash.conflict], code=clash.conflict)


def not_stored_problem() -> Problem:
    """What one of a batch is told when the database did not answer."""
    return Unavailable("The database did not confirm it; send the same again.", code="storage_unavailable")
