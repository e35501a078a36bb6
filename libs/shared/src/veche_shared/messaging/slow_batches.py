"""When a batch that runs out of its transaction's time, while MongoDB works, is itself what is too slow. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OF_A_BATCH: Final = 3
"""How often a batch runs out of time before it is split, and how often a message alone before it is dead-lettered."""

BEFORE_A_DEAD_LETTER: Final = 10
"""How often a batch and its parts run out of time, one of them after the other, before one message is dead-lettered.

A process that was killed leaves locks for up to a minute (ADR 9), and whoever waits for them runs out of time as well.
At eight seconds each ten are longer. Splitting loses nothing, so that it does not wait for them.
"""


@dataclass(slots=True)
class TimesOut:
    """How often a batch has run out of time so far, its parts included."""

    count: int = 0

    def are_its_own(self, own: int, size: int) -> bool:
        """Whether ``size`` messages, which have run out of time ``own`` times as they are, are too slow together.

        Once the whole batch has shown that it is, a part is split at its first time.
        """
        if size > 1:
            return self.count >= OF_A_BATCH
        return own >= OF_A_BATCH and self.count >= BEFORE_A_DEAD_LETTER
