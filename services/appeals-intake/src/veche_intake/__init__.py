"""Appeals-intake: takes appeals and votes as they arrive, stores each once, numbers and announces it."""

from typing import Final

SERVICE: Final = "intake"
"""The service's name in metrics, topics and the database."""

SOURCE: Final = "/veche/intake"
"""``source`` of every event that this service writes."""
