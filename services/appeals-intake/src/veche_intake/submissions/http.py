"""Repeats over HTTP: the Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), and rejections as problems."""

from __future__ import annotations

import re
from typing import Final

from veche_shared.http.problems import Conflict, FieldError, Problem, Unavailable, Unprocessable
from veche_shared.http.rejections import ProblemRow, ProblemTable

REPLAYED: Final = "Idempotent-Replayed"
"""The header that is ``true`` on an answer which an earlier request had caused."""

_KEY: Final = re.compile(r'"?([\x21\x23-\x7e][\x20\x21\x23-\x7e]{0,198})"?')

PROBLEMS: Final[ProblemTable] = {
    "idempotency_key_reused": ProblemRow(
        Unprocessable, "The Idempotency-Key was used for another body; give each new thing a key of its own."
    ),
    "external_id_reused": ProblemRow(
        Conflict,
        "The external_id names something that was stored with another content, which stays as it is; "
        "send what is new under an id of its own.",
    ),
    "row_changed": ProblemRow(
        Conflict, "This row of the file was stored before with another content, which stays as it is."
    ),
    "too_early": ProblemRow(Unprocessable, "Give a moment after 1999."),
    "in_the_future": ProblemRow(Unprocessable, "Give a moment that has passed; check the clock and the time zone."),
    "unknown_channel": ProblemRow(Unprocessable, "Give a channel that this city knows, or leave the field out."),
    "other_channel": ProblemRow(Unprocessable, "Leave the field out, or use a key of that channel."),
}
"""The problem of each rejection of whatever is handed in: 422 where the request is wrong, 409 where it conflicts."""


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


def not_stored_problem() -> Problem:
    """The problem of one of a batch that the database did not confirm."""
    return Unavailable("The database did not confirm it; send the same again.", code="storage_unavailable")
