"""How often somebody may guess: a sliding window of failures, kept in memory.

Each process counts for itself: with n replicas an attacker has n times the attempts, which is still too few to matter.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from veche_shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many failures within a window."""

    failures: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.failures < 1 or self.window <= timedelta(0):
            raise ValueError("a limit needs at least one failure and a window longer than nothing")


ACCOUNT_LIMIT = Limit(failures=5, window=timedelta(minutes=15))
"""For one account from one address: five wrong passwords, then a wait."""

ADDRESS_LIMIT = Limit(failures=50, window=timedelta(minutes=15))
"""For one address, whatever the account: an office behind one address has many people who mistype."""


class Throttle:
    """Counts failures by a key (an account and an address, a code's number and an address).

    Ask ``wait`` before the attempt, tell ``failed`` or ``succeeded`` after it. It remembers at most ``capacity`` keys:
    when there are more, those whose last failure is the oldest are forgotten.
    """

    def __init__(self, limit: Limit, clock: Clock, *, capacity: int = 10_000) -> None:
        self._limit = limit
        self._clock = clock
        self._capacity = capacity
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Whole seconds until the next attempt is allowed; 0 means now."""
        failures = self._recent(key)
        if len(failures) < self._limit.failures:
            return 0
        free_at = failures[-self._limit.failures] + self._limit.window
        return max(1, ceil((free_at - self._clock()).total_seconds()))

    def failed(self, key: str) -> None:
        """Count a failure."""
        failures = self._recent(key)
        failures.append(self._clock())
        self._failures[key] = failures
        self._failures.move_to_end(key)
        while len(self._failures) > self._capacity:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures: whoever knew the secret in the end has only mistyped before."""
        self._failures.pop(key, None)

    def _recent(self, key: str) -> deque[datetime]:
        failures = self._failures.get(key)
        if failures is None:
            return deque(maxlen=self._limit.failures)
        oldest = self._clock() - self._limit.window
        while failures and failures[0] <= oldest:
            failures.popleft()
        if not failures:
            del self._failures[key]
        return failures


__all__ = ["ACCOUNT_LIMIT", "ADDRESS_LIMIT", "Limit", "Throttle"]
