"""Which servers the tests run on."""

from __future__ import annotations

import pytest

from tests.backend.choice import BackendKind, choose_backend

EXTERNAL = {"VECHE_KAFKA__BOOTSTRAP_SERVERS": "k:9092", "VECHE_MONGO__URI": "mongodb://m/"}


@pytest.mark.parametrize("kind", ["testcontainers", "embedded"])
def test_a_named_backend_is_taken_whatever_else_there_is(kind: BackendKind) -> None:
    assert choose_backend({"VECHE_TEST_BACKEND": kind, **EXTERNAL}, lambda: True) == kind


def test_external_servers_come_first_when_both_are_given() -> None:
    assert choose_backend(EXTERNAL, lambda: True) == "external"


def test_one_address_alone_is_not_enough_for_external_servers() -> None:
    assert choose_backend({"VECHE_MONGO__URI": "mongodb://m/"}, lambda: False) == "embedded"
    with pytest.raises(ValueError, match="needs VECHE_KAFKA__BOOTSTRAP_SERVERS and VECHE_MONGO__URI"):
        choose_backend({"VECHE_TEST_BACKEND": "external", "VECHE_MONGO__URI": "mongodb://m/"}, lambda: True)


def test_containers_are_used_where_a_docker_daemon_answers_and_else_the_embedded_servers() -> None:
    assert choose_backend({}, lambda: True) == "testcontainers"
    assert choose_backend({}, lambda: False) == "embedded"


def test_an_unknown_backend_is_refused_with_the_known_names() -> None:
    with pytest.raises(ValueError, match="external, testcontainers, embedded"):
        choose_backend({"VECHE_TEST_BACKEND": "docker"}, lambda: True)
