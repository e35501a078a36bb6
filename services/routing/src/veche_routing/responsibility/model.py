"""What routing decides about an appeal, and the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from veche_routing.classification.model import TopicGuess
from veche_routing.packs.model import Department, Topic
from veche_routing.packs.model import Territory as TerritoryUnit
from veche_routing.territory.model import Location

TriageReason = Literal["unsure_topic", "no_topic", "no_rule", "complaint", "foreign_place"]


@dataclass(frozen=True, slots=True)
class Routing:
    """The decision: ``department`` and the ``rule`` (its id) that chose it, or neither and a ``triage_reason``."""

    guess: TopicGuess
    place: Location
    topic: Topic | None
    territory: TerritoryUnit | None
    department: Department | None
    rule: str | None
    triage_reason: TriageReason | None
