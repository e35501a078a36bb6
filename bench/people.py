"""Made-up appeals and votes to load the system with. The same number gives the same appeal."""

from __future__ import annotations

import json
from random import Random

from veche_local.demo.scenario import load_scenario

SCENARIO = load_scenario()


def appeal(number: int, run: str) -> dict[str, object]:
    """The body of one appeal, as a channel would send it."""
    random = Random(number)
    template = SCENARIO.appeals[number % len(SCENARIO.appeals)]
    place = f"{random.choice(SCENARIO.streets)}, {random.randint(1, 90)}"
    return {
        "text": template.text.replace("{place}", place),
        "external_id": f"{run}-{number}",
        "place": {"address": place},
    }


def vote(number: int, run: str, poll_id: str, options: list[str]) -> dict[str, object]:
    """The body of one vote, each of another person."""
    return {
        "poll_id": poll_id,
        "options": [options[number % len(options)]],
        "voter": f"{run}-{number}",
        "external_id": f"{run}-{number}",
    }


def body(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
