"""The committed schemas of all events, and the command that renews them after a contract has grown:

    python -m tests.contract.snapshot

It refuses to write a schema that breaks the committed one: that is a new type of event beside the old.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path

from tests.contract.compatibility import JsonSchema, breaks
from veche_shared import contracts
from veche_shared.contracts.envelope import Contract, Event

SCHEMAS = Path(__file__).parent / "schemas"
EXAMPLES = Path(__file__).parent / "examples"


def event_models() -> dict[str, type[Event[Contract]]]:
    """Every event that ``veche_shared.contracts`` defines, by its type."""
    found: dict[str, type[Event[Contract]]] = {}
    for module in pkgutil.iter_modules(contracts.__path__, f"{contracts.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Event):
                name = value.model_fields["type"].default
                if isinstance(name, str):  # not the envelope itself, whose type is still open
                    found[name] = value
    return found


def current_schemas() -> dict[str, JsonSchema]:
    """What today's readers accept, by event type."""
    return {name: model.model_json_schema(mode="validation") for name, model in event_models().items()}


def committed_schemas() -> dict[str, JsonSchema]:
    """What was promised, by event type."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SCHEMAS.glob("*.json"))}


def broken_promises(committed: dict[str, JsonSchema], current: dict[str, JsonSchema]) -> list[str]:
    """Each way in which ``current`` breaks somebody who relies on ``committed``, as «type: place: what»."""
    found = [f"{name}: removed" for name in sorted(committed.keys() - current.keys())]
    for name in sorted(committed.keys() & current.keys()):
        found += [f"{name}: {harm}" for harm in breaks(committed[name], current[name])]
    return found


def renew() -> list[str]:
    """Write today's schemas unless they break a promise; return the broken promises."""
    current = current_schemas()
    found = broken_promises(committed_schemas(), current)
    if not found:
        SCHEMAS.mkdir(exist_ok=True)
        for name, schema in current.items():
            text = json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True)
            (SCHEMAS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    problems = renew()
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    sys.exit(1 if problems else 0)
