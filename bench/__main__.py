"""``make bench``: measures this machine's limits and what the system reaches of them, and prints both.

Writes the same as JSON to the path in ``BENCH_JSON`` (``.veche/bench.json``). ``python -m bench drivers`` compares
PyMongo's asynchronous client with Motor, where Motor is installed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from pathlib import Path

import uvloop

from bench.drivers import compare_drivers
from bench.measures import Bench
from bench.table import Figure, as_json, as_table
from tests.backend.servers import Backend, running_backend
from tests.city.processes import City


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="veche-bench-") as folder, running_backend(Path(folder)) as backend:
        if sys.argv[1:] == ["drivers"]:
            figures = uvloop.run(compare_drivers(backend.mongo_uri))
        else:
            figures = _measure_city(Path(folder), backend)
    print(as_table(figures))
    path = Path(os.environ.get("BENCH_JSON") or ".veche/bench.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_json(figures) + "\n", encoding="utf-8")
    print(f"\nThe same as JSON: {path}")


def _measure_city(folder: Path, backend: Backend) -> list[Figure]:
    unique = uuid.uuid4().hex[:8]
    prefixes = (f"b{unique}.", f"b{unique}_")
    names = {"VECHE_KAFKA__TOPIC_PREFIX": prefixes[0], "VECHE_MONGO__DATABASE_PREFIX": prefixes[1]}
    city = City({**backend.environment(), **names}, folder)
    try:
        return uvloop.run(Bench(backend, city, prefixes, lambda what: print(f"… {what}", file=sys.stderr)).run())
    finally:
        city.stop()


if __name__ == "__main__":
    main()
