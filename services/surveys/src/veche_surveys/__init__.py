"""Polls, ballots and tallies that are at every moment the count of the ballots."""

from typing import Final

SERVICE: Final = "surveys"
SOURCE: Final = "/veche/surveys"
"""``source`` of every event that this service writes."""
