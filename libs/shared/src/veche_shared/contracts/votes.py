"""Topic ``votes``: written by appeals-intake. Key: the vote's id."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from veche_shared.contracts.codes import Code
from veche_shared.contracts.envelope import Contract, Event


class VoteCast(Contract):
    """A vote was accepted: its sender holds a receipt and relies on it being counted once."""

    vote_id: str
    poll_id: str
    options: Annotated[list[str], Field(min_length=1, max_length=100, description="codes of the options chosen")]
    voter_key: str = Field(description="keyed hash of the person for this poll alone: the same person, the same key")
    channel: Code
    cast_at: AwareDatetime


class VoteCastV1(Event[VoteCast]):
    type: Literal["vote.cast.v1"] = "vote.cast.v1"


VoteEvent = VoteCastV1
