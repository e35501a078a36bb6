"""The bench of growth measures every route that somebody can read."""

from __future__ import annotations

from importlib import import_module

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bench.reads import READS, UNMEASURED
from bench.table import Growth, growth_as_table
from tests.keys import settings_with_keys
from veche_local.parts import SERVICES
from veche_shared.settings import KafkaSettings, MongoSettings


def application(service: str) -> FastAPI:
    """The service as it is built; nothing is connected."""
    settings = import_module(f"veche_{service}.settings").Settings.model_validate(
        settings_with_keys(
            service,
            instance="tests",
            kafka=KafkaSettings(bootstrap_servers="127.0.0.1:1"),
            mongo=MongoSettings(uri=SecretStr("mongodb://127.0.0.1:1")),
        )
    )
    app: FastAPI = import_module(f"veche_{service}.bootstrap").build(settings)
    return app


def shape(path: str) -> str:
    """A path with each parameter, whatever its name, as one sign; names of feeds stand for the parameter."""
    parts = ["*" if part.startswith("{") else part for part in path.split("/")]
    if parts[-2:-1] == ["feeds"]:
        parts[-1] = "*"
    return "/".join(parts)


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_that_reads_is_measured_or_said_why_not(service: str) -> None:
    routes = {
        shape(route.path)
        for route in application(service).routes
        if "GET" in (getattr(route, "methods", None) or ()) and hasattr(route, "path")
    }
    measured = {shape(read.path) for read in READS if read.service == service}
    unmeasured = {shape(path) for path in UNMEASURED}
    assert routes - measured - unmeasured == set()
    assert measured - routes == set()


def test_what_takes_a_quarter_longer_in_a_larger_city_holds_and_more_is_called_broken() -> None:
    holds = Growth("holds", {10: 4.0, 100: 9.0, 1_000: 5.0}, {10: 90, 100: 90, 1_000: 90})
    broken = Growth("broken", {10: 4.0, 100: 4.0, 1_000: 5.1}, {10: 90, 100: 900, 1_000: 9_990})
    assert (holds.slower, holds.more, holds.holds) == (1.25, 1.0, True)
    assert (round(broken.slower, 3), broken.more, broken.holds) == (1.275, 100.0, False)
    table = growth_as_table([holds, broken]).splitlines()
    assert [line.endswith("broken") for line in table] == [False, False, True]
