"""From a rejection to the sentence that a person reads."""

from __future__ import annotations

from veche_shared.rejection import Rejected
from veche_shared.web.localisation import Messages


def sentence_of(rejected: Rejected, t: Messages) -> str:
    """The message ``rejected-<code>`` in the language of ``t``. Raises MessageError where the catalogue has none."""
    return t(rejected.message_id, **rejected.parameters)
