"""A poll as intake needs it: who may vote for what, and when."""

from __future__ import annotations

from veche_shared.contracts.surveys import PollChanged
from veche_shared.contracts.voting import PollTerms


class PollView(PollChanged):
    """The newest state of a poll that surveys has published."""

    @property
    def terms(self) -> PollTerms:
        """What the poll asks of a vote. In a status that this release does not know, votes count by the poll's term."""
        return PollTerms(
            draft=self.status == "draft",
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            options=frozenset(option.code for option in self.options),
            max_choices=self.max_choices,
        )
