"""A poll as intake needs it: who may vote for what, and when."""

from __future__ import annotations

from veche_shared.contracts.surveys import PollChanged


class PollView(PollChanged):
    """What surveys last told of a poll. A vote counts if it was cast in [``opens_at``, ``closes_at``)."""

    @property
    def codes(self) -> frozenset[str]:
        """The codes that a ballot may hold."""
        return frozenset(option.code for option in self.options)
