"""``make bench``: measures this machine's limits and what the system reaches of them, and prints both.

Writes the same as JSON to the path in ``BENCH_JSON`` (``.veche/bench.json``). ``python -m bench drivers`` compares
PyMongo's asynchronous client with Motor, where Motor is installed. With ``GROWTH=1`` every read is measured in cities
of 10,000, 100,000 and 1,000,000 cases instead, or of the sizes that ``GROWTH`` names: ``GROWTH="10000 100000"``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

import uvloop

from bench.drivers import compare_drivers
from bench.growth import SIZES, grow
from bench.measures import Bench
from bench.table import Figure, as_json, as_table, growth_as_json, growth_as_table
from tests.backend.servers import Backend, running_backend
from tests.city.processes import City


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="veche-bench-") as folder, running_backend(Path(folder)) as backend:
        if os.environ.get("GROWTH"):
            growths = uvloop.run(grow(backend, Path(folder), _say, _sizes(os.environ["GROWTH"])))
            table, text = growth_as_table(growths), growth_as_json(growths)
        else:
            drivers = sys.argv[1:] == ["drivers"]
            figures = (
                uvloop.run(compare_drivers(backend.mongo_uri)) if drivers else _measure_city(Path(folder), backend)
            )
            table, text = as_table(figures), as_json(figures)
    print(table)
    path = Path(os.environ.get("BENCH_JSON") or ".veche/bench.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
    print(f"\nThe same as JSON: {path}")


def _measure_city(folder: Path, backend: Backend) -> list[Figure]:
    unique = uuid.uuid4().hex[:8]
    prefixes = (f"b{unique}.", f"b{unique}_")
    names = {"VECHE_KAFKA__TOPIC_PREFIX": prefixes[0], "VECHE_MONGO__DATABASE_PREFIX": prefixes[1]}
    city = City({**backend.environment(), **names}, folder)
    try:
        return uvloop.run(Bench(backend, city, prefixes, _say).run())
    finally:
        city.stop()


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr)


def _sizes(asked: str) -> Sequence[int]:
    return SIZES if asked == "1" else [int(size) for size in asked.split()]


if __name__ == "__main__":
    main()
