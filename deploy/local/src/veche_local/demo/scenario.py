"""Which made-up appeals are sent and when. Pure: the same seed gives the same sequence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AppealTemplate(_Strict):
    channel: str
    text: str


class OptionTemplate(_Strict):
    code: str
    text: str
    text_en: str


class PollTemplate(_Strict):
    question: str
    question_en: str
    options: list[OptionTemplate]
    weights: list[int]


class Scenario(_Strict):
    """The content of ``scenario.yaml``."""

    streets: Annotated[list[str], Field(min_length=1)]
    appeals: Annotated[list[AppealTemplate], Field(min_length=1)]
    authors: Annotated[list[str], Field(min_length=1)]
    answers: Annotated[list[str], Field(min_length=1)]
    poll: PollTemplate


def load_scenario() -> Scenario:
    content = files("veche_local.demo").joinpath("scenario.yaml").read_text(encoding="utf-8")
    return Scenario.model_validate(yaml.safe_load(content))


@dataclass(frozen=True, slots=True)
class PlannedAppeal:
    """One appeal to send; the next one follows ``pause`` seconds later."""

    channel: str
    external_id: str
    body: dict[str, object]
    pause: float


def planned_appeals(
    scenario: Scenario, random: Random, *, run: str, count: int, mean_pause: float
) -> Iterator[PlannedAppeal]:
    """``count`` appeals with exponentially distributed pauses of ``mean_pause`` seconds on average.

    The external ids of runs with a different ``run`` differ.
    """
    for number in range(count):
        template = scenario.appeals[number % len(scenario.appeals)]
        place = f"{random.choice(scenario.streets)}, {random.randint(1, 90)}"
        external_id = f"demo-{run}-{number}"
        body: dict[str, object] = {
            "text": template.text.replace("{place}", place),
            "external_id": external_id,
            "place": {"address": f"Дзержинск, {place}"} if "{place}" in template.text else None,
        }
        if random.random() < 0.3:
            name = random.choice(scenario.authors)
            body["author"] = {"name": name, "email": f"citizen{random.randint(1, 900)}@example.org"}
        yield PlannedAppeal(
            template.channel,
            external_id,
            {name: value for name, value in body.items() if value is not None},
            random.expovariate(1 / mean_pause) if mean_pause else 0.0,
        )


def choose_option(poll: PollTemplate, random: Random) -> str:
    """The code of the option that one made-up voter chooses."""
    return random.choices([option.code for option in poll.options], weights=poll.weights)[0]
