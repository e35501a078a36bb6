"""The breaker: a consumer that finds nearly everything invalid is itself what is broken.

Without it a bad deployment would empty the topic into the dead letters before anybody looks. Pure: it is told what
happened and says whether to go on (the idea of arroyo's ``DlqLimit``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """``consecutive`` invalid messages in a row open the breaker, and so does a share above ``ratio`` in a window.

    A window is counted once at least ``window`` messages were seen in it; then a new one begins.
    """

    consecutive: int = 50
    ratio: float = 0.5
    window: int = 1_000

    def __post_init__(self) -> None:
        if self.consecutive < 1 or self.window < 1 or not 0 < self.ratio <= 1:
            raise ValueError("breaker limits: consecutive and window at least 1, ratio above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Breaker:
    """What was seen so far; ``open`` once a limit is passed, and then for good: only a restart closes it."""

    limits: BreakerLimits = BreakerLimits()
    in_a_row: int = 0
    seen: int = 0
    invalid: int = 0
    open: bool = False

    def after(self, invalid: bool) -> Breaker:
        """The breaker after one more message."""
        if self.open:
            return self
        in_a_row = self.in_a_row + 1 if invalid else 0
        seen, bad = self.seen + 1, self.invalid + int(invalid)
        opened = in_a_row >= self.limits.consecutive
        if seen >= self.limits.window:
            opened = opened or bad / seen > self.limits.ratio
            seen, bad = 0, 0
        return replace(self, in_a_row=in_a_row, seen=seen, invalid=bad, open=opened)

    def after_valid(self, count: int) -> Breaker:
        """The breaker after ``count`` valid messages in a row: the usual batch, without a step for each."""
        if self.open or count == 0:
            return self
        room = self.limits.window - self.seen
        if count < room:
            return replace(self, in_a_row=0, seen=self.seen + count)
        counted = replace(self, in_a_row=0, seen=self.limits.window - 1).after(invalid=False)
        return counted if counted.open else replace(counted, seen=(count - room) % self.limits.window)
