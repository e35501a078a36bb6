"""Settings of surveys: the shared ones, and how soon a poll whose term has ended is closed."""

from __future__ import annotations

from pydantic import Field

from veche_shared.settings import CallerSettings, Group, KeyDigest, ReadSessionSettings, ServiceSettings


class SurveysSettings(Group):
    """``closing_seconds`` is how often polls past their end are looked for. No ballot depends on it."""

    closing_seconds: float = Field(default=5.0, gt=0, le=3600)


class Callers(CallerSettings):
    """The operators' tools have a poll counted anew."""

    tools: KeyDigest | None = None


class Settings(ServiceSettings):
    """Everything that surveys is configured by."""

    surveys: SurveysSettings = SurveysSettings()
    sessions: ReadSessionSettings
    callers: Callers = Callers()
