"""What a classification says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Basis = Literal["hint", "lexicon", "none"]


@dataclass(frozen=True, slots=True)
class TopicGuess:
    """The topic that a text is taken to have.

    ``confidence`` is in [0, 1]; ``words`` are the lemmas and phrases that decided, strongest first; ``rival`` is the
    best topic that somebody else answers for, whose nearness is why the confidence is not higher. ``basis`` says
    whether the channel named the topic, the lexicon found it, or nothing was found (then ``topic`` is None and the
    confidence 0).
    """

    topic: str | None
    confidence: float
    words: tuple[str, ...] = ()
    rival: str | None = None
    basis: Basis = "lexicon"


NO_TOPIC = TopicGuess(topic=None, confidence=0.0, basis="none")
