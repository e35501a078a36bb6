"""Results and receipts in the reader's language: what the templates are given. Pure."""

from __future__ import annotations

from typing import Final, get_args

from veche_shared.web.components import Bar
from veche_surveys.ballots.model import RejectionReason
from veche_surveys.participation.model import Results
from veche_surveys.participation.rules import shown_shares
from veche_surveys.polls.presenter import PollView

_REASONS: Final[frozenset[str]] = frozenset(get_args(RejectionReason))


def chart(view: PollView, results: Results) -> list[Bar]:
    """The bars of the results in the order of the options; those in front are marked. Empty while they are hidden."""
    if results.options is None:
        return []
    words = {row.value: row.label for row in view.rows}
    most = max((option.votes for option in results.options), default=0)
    shares = shown_shares([option.votes for option in results.options], results.ballots)
    return [
        Bar(words[option.code], option.votes, share, leading=0 < option.votes == most)
        for option, share in zip(results.options, shares, strict=True)
    ]


def reason_words(reason: str) -> str:
    """How the ids of the messages about a reason end: «other» where a newer release has stored one of its own."""
    return reason.replace("_", "-") if reason in _REASONS else "other"
