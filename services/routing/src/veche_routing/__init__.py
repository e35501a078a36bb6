"""From an appeal to the department that must act: territory, topic, responsibility, deadline, case."""

from typing import Final

SERVICE: Final = "routing"
SOURCE: Final = "/veche/routing"
"""``source`` of the events that routing writes (CloudEvents)."""
