"""What routing decides about an appeal, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from veche_routing.classification.model import TopicGuess
from veche_routing.packs.model import Department, Topic
from veche_routing.packs.model import Territory as TerritoryUnit
from veche_routing.territory.model import Located

TriageReason = Literal["unsure_topic", "no_topic", "no_rule", "complaint", "foreign_place"]


@dataclass(frozen=True, slots=True)
class Routing:
    """The department that must act, or None and the reason why a coordinator has to choose it."""

    guess: TopicGuess
    place: Located
    topic: Topic | None
    territory: TerritoryUnit | None
    department: Department | None
    rule: str | None
    triage_reason: TriageReason | None
