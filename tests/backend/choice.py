"""Which Kafka and MongoDB the tests run on. Pure: environment and Docker are passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

BackendKind = Literal["external", "testcontainers", "embedded"]

CHOICE = "VECHE_TEST_BACKEND"
KAFKA = "VECHE_KAFKA__BOOTSTRAP_SERVERS"
MONGO = "VECHE_MONGO__URI"


def choose_backend(environ: Mapping[str, str], docker_answers: Callable[[], bool]) -> BackendKind:
    """The backend that VECHE_TEST_BACKEND names, else external servers if both addresses are set, else containers where
    a Docker daemon answers, else the embedded servers.

    Docker is asked only when the answer depends on it. Raises ValueError for an unknown name, and for `external`
    without the two addresses.
    """
    given = bool(environ.get(KAFKA)) and bool(environ.get(MONGO))
    named = environ.get(CHOICE, "").strip()
    if named == "external" and not given:
        raise ValueError(f"{CHOICE}=external needs {KAFKA} and {MONGO}")
    for kind in get_args(BackendKind):
        if named == kind:
            known: BackendKind = kind
            return known
    if named:
        raise ValueError(f"{CHOICE} is {named!r}; it can be {', '.join(get_args(BackendKind))}")
    if given:
        return "external"
    return "testcontainers" if docker_answers() else "embedded"
