"""The names of settings come from the models that read them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from deploy.checks.settings_names import variables


class Inner(BaseModel):
    topic_prefix: str = ""
    sender: str = Field(default="", alias="from")


class Outer(BaseModel):
    instance: str = ""
    kafka: Inner = Inner()


def test_groups_nest_and_aliases_count() -> None:
    assert list(variables(Outer)) == ["VECHE_INSTANCE", "VECHE_KAFKA__TOPIC_PREFIX", "VECHE_KAFKA__FROM"]
