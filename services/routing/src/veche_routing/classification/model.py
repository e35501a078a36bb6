"""The result of a classification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Basis = Literal["hint", "lexicon", "none"]


@dataclass(frozen=True, slots=True)
class TopicGuess:
    """The topic that a text is taken to have.

    ``confidence`` is in [0, 1]. ``words`` are the lemmas and phrases that decided, the greatest weight first.
    ``runner_up`` is the best topic of another department: the nearer its score, the lower the confidence. ``basis``
    is ``hint`` where the channel named the topic, ``lexicon`` where the text decided, ``none`` where nothing was found
    (``topic`` is then None and the confidence 0).
    """

    topic: str | None
    confidence: float
    words: tuple[str, ...] = ()
    runner_up: str | None = None
    basis: Basis = "lexicon"


NO_TOPIC = TopicGuess(topic=None, confidence=0.0, basis="none")
