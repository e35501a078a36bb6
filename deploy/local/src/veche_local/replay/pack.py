"""Generates a city pack from a history file: topics, districts, executors, and which executor answered what. Pure.

The pack is a set of files in the form that the services read (docs/city-pack.md). The operator chooses their folder;
they never become part of the project.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from veche_local.replay.mapping import PackColumns, PackNames


@dataclass(slots=True)
class History:
    """Counts of the rows."""

    topics: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    districts: Counter[str] = field(default_factory=Counter)
    executors: Counter[str] = field(default_factory=Counter)
    answered: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def read_history(rows: Iterable[Mapping[str, str]], columns: PackColumns) -> History:
    """Count the rows; of a row without an executor only topic and district count."""
    history = History()
    for row in rows:
        topic, category = row.get(columns.topic, ""), row.get(columns.category, "")
        district, executor = row.get(columns.district, ""), row.get(columns.executor, "")
        if topic:
            history.topics[topic][category or "other"] += 1
        if district:
            history.districts[district] += 1
        if executor:
            history.executors[executor] += 1
            if topic:
                history.answered[topic, district][executor] += 1
                history.answered[topic, ""][executor] += 1
    return history


def pack_files(history: History, names: PackNames) -> dict[str, str]:
    """The files of the pack by name, in JSON, which is a subset of YAML.

    Responsible for a topic in a district is the executor that answered it most often there, elsewhere the one that
    answered the topic most often. Of equals the first by name, so that the same history gives the same pack.
    """
    departments = {name: f"d{number:03}" for number, name in enumerate(sorted(history.executors), 1)}
    topics = {name: f"t{number:03}" for number, name in enumerate(sorted(history.topics), 1)}
    districts = {name: f"r{number:03}" for number, name in enumerate(sorted(history.districts), 1)}
    files: dict[str, object] = {
        "pack.yaml": {"code": names.code, "name": names.name, "time_zone": names.time_zone},
        "departments.yaml": [
            {"code": "triage", "kind": "triage", "name": "Координаторы обращений"},
            *({"code": code, "name": name} for name, code in departments.items()),
        ],
        "topics.yaml": [
            {"code": code, "name": name, "group": _most(history.topics[name])} for name, code in topics.items()
        ],
        "territories.yaml": [{"code": code, "kind": "district", "name": name} for name, code in districts.items()],
        "responsibility.yaml": list(_rules(history, departments, topics, districts)),
        "terms.yaml": [
            {
                "regime": regime,
                "name": "срок ответа",
                "amount": 30,
                "unit": "calendar_days",
                "source": "замысел проверки",
            }
            for regime in ("message", "appeal_59fz")
        ],
        "streets.yaml": [],
        "staff.yaml": [],
    }
    return {name: json.dumps(content, ensure_ascii=False, indent=1) + "\n" for name, content in files.items()}


def _rules(
    history: History, departments: Mapping[str, str], topics: Mapping[str, str], districts: Mapping[str, str]
) -> Iterable[dict[str, object]]:
    """Exceptions first, since the first matching rule applies; only districts with another executor need one."""
    general = {topic: _most(counts) for (topic, district), counts in history.answered.items() if not district}
    for (topic, district), counts in sorted(history.answered.items()):
        executor = _most(counts)
        if district and executor != general[topic]:
            yield {
                "id": f"{topics[topic]}-{districts[district]}",
                "department": departments[executor],
                "topics": [topics[topic]],
                "territories": [districts[district]],
            }
    for topic, executor in sorted(general.items()):
        yield {"id": topics[topic], "department": departments[executor], "topics": [topics[topic]]}


def _most(counts: Counter[str]) -> str:
    return min(counts, key=lambda name: (-counts[name], name))
