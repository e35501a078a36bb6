"""What is decided about ports, disk, platform and settings, without looking at this machine."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_local.errors import CommandError
from veche_local.machine.rules import choose_ports, disk_error, platform_error, python_error
from veche_local.settings import LocalSettings

NAMES = ("gateway", "kafka", "mongod")


def test_the_gateway_prefers_8080_and_the_others_get_drawn_ports() -> None:
    drawn = count(40_000)
    ports = choose_ports(NAMES, {}, {}, lambda _: True, lambda: next(drawn))
    assert ports == {"gateway": 8080, "kafka": 40_000, "mongod": 40_001}


def test_where_8080_is_in_use_the_gateway_gets_a_free_port() -> None:
    assert choose_ports(("gateway",), {}, {}, lambda port: port != 8080, lambda: 40_000) == {"gateway": 40_000}


def test_the_ports_of_the_last_start_are_kept_where_they_are_free() -> None:
    remembered = {"gateway": 50_000, "kafka": 50_001}
    ports = choose_ports(("gateway", "kafka"), {}, remembered, lambda port: port != 50_001, lambda: 40_000)
    assert ports == {"gateway": 50_000, "kafka": 40_000}


def test_a_configured_port_that_is_in_use_is_an_error_that_names_the_variable() -> None:
    with pytest.raises(CommandError, match="Port 9000, which VECHE_LOCAL__GATEWAY_PORT names, is in use"):
        choose_ports(NAMES, {"gateway": 9000}, {}, lambda _: False, lambda: 40_000)


def test_two_parts_cannot_be_configured_to_one_port() -> None:
    with pytest.raises(CommandError, match="name the same port 9000"):
        choose_ports(NAMES, {"gateway": 9000, "kafka": 9000}, {}, lambda _: True, lambda: 40_000)


@given(
    st.dictionaries(st.sampled_from(NAMES), st.integers(1, 5), max_size=3),
    st.sets(st.integers(1, 5)),
)
def test_no_two_parts_ever_get_the_same_port(remembered: dict[str, int], used: set[int]) -> None:
    drawn = count(1)
    ports = choose_ports(NAMES, {}, remembered, lambda port: port not in used, lambda: next(drawn))
    assert sorted(ports) == sorted(NAMES)
    assert len(set(ports.values())) == len(NAMES)


def test_a_full_disk_is_reported_with_its_folder_and_advice() -> None:
    error = disk_error(100 << 20, "/srv/veche", enough=700 << 20)
    assert error is not None
    assert error.message == "The disk of /srv/veche is full: 100 MiB are free, 700 MiB are needed."
    assert "VECHE_HOME" in error.advice


def test_enough_disk_is_no_error() -> None:
    assert disk_error(700 << 20, "/srv/veche", enough=700 << 20) is None


@pytest.mark.parametrize("machine", ["x86_64", "AMD64"])
def test_linux_on_x86_64_runs_the_embedded_mongod(machine: str) -> None:
    assert platform_error("Linux", machine) is None


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "aarch64"), ("Windows", "AMD64")])
def test_on_other_platforms_the_advice_is_an_external_mongodb(system: str, machine: str) -> None:
    error = platform_error(system, machine)
    assert error is not None
    assert f"{system} {machine}" in error.message
    assert "VECHE_MONGO__URI" in error.advice


def test_an_old_python_is_refused() -> None:
    assert python_error((3, 11)) is None
    assert python_error((3, 10)) is not None


def test_by_default_everything_is_embedded_on_the_loopback_interface_with_the_demo() -> None:
    settings = LocalSettings.of({})
    assert (settings.kafka, settings.mongo, settings.smtp) == (None, None, None)
    assert settings.host == "127.0.0.1"
    assert settings.demo


@pytest.mark.parametrize("value", ["0", "-1", "self"])
def test_a_value_that_is_no_process_id_is_refused(value: str) -> None:
    with pytest.raises(CommandError, match="VECHE_LOCAL__STOP_WITH"):
        LocalSettings.of({"VECHE_LOCAL__STOP_WITH": value})


def test_external_servers_are_set_by_the_variables_that_the_services_read() -> None:
    settings = LocalSettings.of(
        {"VECHE_KAFKA__BOOTSTRAP_SERVERS": "kafka:9092", "VECHE_MONGO__URI": "mongodb://db/", "DEMO": "0"}
    )
    assert settings.kafka == "kafka:9092"
    assert settings.mongo == "mongodb://db/"
    assert not settings.demo


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "８０８０"])
def test_a_value_that_is_no_port_is_refused(value: str) -> None:
    with pytest.raises(CommandError, match="VECHE_LOCAL__GATEWAY_PORT"):
        LocalSettings.of({"VECHE_LOCAL__GATEWAY_PORT": value})
