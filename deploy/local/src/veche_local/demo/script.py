"""What is played and when. Pure: the same seed gives the same day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from random import Random
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WrittenAppeal(_Part):
    channel: str
    text: str


class WrittenOption(_Part):
    code: str
    text: str
    text_en: str


class WrittenPoll(_Part):
    question: str
    question_en: str
    options: list[WrittenOption]
    weights: list[int]


class Day(_Part):
    """The made-up day as it is written in ``day.yaml``."""

    streets: Annotated[list[str], Field(min_length=1)]
    appeals: Annotated[list[WrittenAppeal], Field(min_length=1)]
    authors: Annotated[list[str], Field(min_length=1)]
    answers: Annotated[list[str], Field(min_length=1)]
    poll: WrittenPoll


def load_day() -> Day:
    written = files("veche_local.demo").joinpath("day.yaml").read_text(encoding="utf-8")
    return Day.model_validate(yaml.safe_load(written))


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happens: an appeal comes in, and ``pause`` seconds later the next thing."""

    channel: str
    external_id: str
    body: dict[str, object]
    pause: float


def scenes(day: Day, random: Random, *, run: str, count: int, mean_pause: float) -> Iterator[Scene]:
    """``count`` appeals, ``mean_pause`` seconds apart on average, as irregular as people are.

    ``run`` makes the external ids of one run differ from those of another.
    """
    for number in range(count):
        written = day.appeals[number % len(day.appeals)]
        place = f"{random.choice(day.streets)}, {random.randint(1, 90)}"
        external_id = f"demo-{run}-{number}"
        body: dict[str, object] = {
            "text": written.text.replace("{place}", place),
            "external_id": external_id,
            "place": {"address": f"Дзержинск, {place}"} if "{place}" in written.text else None,
        }
        if random.random() < 0.3:
            name = random.choice(day.authors)
            body["author"] = {"name": name, "email": f"citizen{random.randint(1, 900)}@example.org"}
        yield Scene(
            written.channel,
            external_id,
            {name: value for name, value in body.items() if value is not None},
            random.expovariate(1 / mean_pause) if mean_pause else 0.0,
        )


def choice_of(poll: WrittenPoll, random: Random) -> str:
    """The option that one made-up voter takes."""
    return random.choices([option.code for option in poll.options], weights=poll.weights)[0]
