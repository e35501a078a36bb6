"""The module of appeals."""

from __future__ import annotations

from veche_intake.appeals.commands import AppealCommands
from veche_intake.appeals.store import INDEXES
from veche_shared.contracts.topics import APPEALS
from veche_shared.service.module import Module


def appeals_module(commands: AppealCommands) -> Module:
    """Appeals are stored and announced; the connectors hand them in."""
    return Module(name="appeals", indexes=INDEXES, topics=[APPEALS], writers=[commands.storing.commits])
