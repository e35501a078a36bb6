"""Polls in the reader's language: what the templates are given. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from veche_shared.rejection import Rejected
from veche_shared.web.components import Option as ChoiceRow
from veche_shared.web.components import Tone
from veche_shared.web.localisation import Language, Messages
from veche_shared.web.rejections import sentence_of
from veche_surveys.polls.model import Phase, Poll

LOOKS: Mapping[Phase, tuple[Tone, str]] = {
    "draft": ("plain", "pencil"),
    "upcoming": ("bronze", "clock-alert"),
    "voting": ("pine", "vote"),
    "over": ("plain", "lock"),
}
"""How a phase is shown: tone and icon."""


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll at one moment in one language."""

    poll: Poll
    phase: Phase
    question: str
    rows: tuple[ChoiceRow, ...]

    @property
    def look(self) -> tuple[Tone, str]:
        """Tone and icon of the phase."""
        return LOOKS[self.phase]


def poll_view(poll: Poll, phase: Phase, language: Language) -> PollView:
    """The poll's texts in ``language``; Russian where there is no translation."""
    english = language == "en"
    return PollView(
        poll,
        phase,
        (poll.question_en if english else None) or poll.question,
        tuple(ChoiceRow(option.code, (option.text_en if english else None) or option.text) for option in poll.options),
    )


def form_errors(rejected: Sequence[Rejected], t: Messages) -> list[tuple[str, str]]:
    """The errors of the form of a new poll: the name of a field and a sentence about it.

    An option has no field of its own but a line in the field of all options; lines are counted from 1.
    """
    errors = [_form_error(one, t) for one in rejected if one.field is not None]
    return list(dict.fromkeys(errors))


def _form_error(rejected: Rejected, t: Messages) -> tuple[str, str]:
    _, field, *inner = (rejected.field or "/").split("/")
    sentence = sentence_of(rejected, t)
    return field, t("poll-error-line", line=int(inner[0]) + 1, error=sentence) if inner else sentence
