"""What is decided about ports, disk, platform and settings, without looking at this machine."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veche_local.machine.rules import choose_ports, disk_problem, platform_problem, python_problem
from veche_local.problems import MachineError
from veche_local.settings import LocalSettings

NAMES = ("gateway", "kafka", "mongod")


def test_the_gateway_prefers_8080_and_the_others_take_what_is_drawn() -> None:
    drawn = count(40_000)
    ports = choose_ports(NAMES, {}, {}, lambda _: True, lambda: next(drawn))
    assert ports == {"gateway": 8080, "kafka": 40_000, "mongod": 40_001}


def test_a_taken_8080_gives_way_to_a_free_port() -> None:
    assert choose_ports(("gateway",), {}, {}, lambda port: port != 8080, lambda: 40_000) == {"gateway": 40_000}


def test_the_ports_of_the_last_start_are_kept_where_they_are_free() -> None:
    remembered = {"gateway": 50_000, "kafka": 50_001}
    ports = choose_ports(("gateway", "kafka"), {}, remembered, lambda port: port != 50_001, lambda: 40_000)
    assert ports == {"gateway": 50_000, "kafka": 40_000}


def test_a_configured_port_that_is_taken_is_an_error_that_names_the_variable() -> None:
    with pytest.raises(MachineError, match="Port 9000, which VECHE_LOCAL__GATEWAY_PORT asks for, is taken"):
        choose_ports(NAMES, {"gateway": 9000}, {}, lambda _: False, lambda: 40_000)


def test_two_parts_cannot_be_configured_to_one_port() -> None:
    with pytest.raises(MachineError, match="name the same port 9000"):
        choose_ports(NAMES, {"gateway": 9000, "kafka": 9000}, {}, lambda _: True, lambda: 40_000)


@given(
    st.dictionaries(st.sampled_from(NAMES), st.integers(1, 5), max_size=3),
    st.sets(st.integers(1, 5)),
)
def test_no_two_parts_ever_get_the_same_port(remembered: dict[str, int], taken: set[int]) -> None:
    drawn = count(1)
    ports = choose_ports(NAMES, {}, remembered, lambda port: port not in taken, lambda: next(drawn))
    assert sorted(ports) == sorted(NAMES)
    assert len(set(ports.values())) == len(NAMES)


def test_a_full_disk_is_told_with_its_folder_and_a_way_out() -> None:
    problem = disk_problem(100 << 20, "/srv/veche", enough=700 << 20)
    assert problem is not None
    assert problem.sentence == "The disk of /srv/veche is full: 100 MiB are free, 700 MiB are needed."
    assert "VECHE_HOME" in problem.way_out


def test_enough_disk_is_no_problem() -> None:
    assert disk_problem(700 << 20, "/srv/veche", enough=700 << 20) is None


@pytest.mark.parametrize("machine", ["x86_64", "AMD64"])
def test_linux_on_x86_64_runs_the_embedded_mongod(machine: str) -> None:
    assert platform_problem("Linux", machine) is None


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "aarch64"), ("Windows", "AMD64")])
def test_other_platforms_are_told_to_bring_their_own_mongodb(system: str, machine: str) -> None:
    problem = platform_problem(system, machine)
    assert problem is not None
    assert f"{system} {machine}" in problem.sentence
    assert "VECHE_MONGO__URI" in problem.way_out


def test_an_old_python_is_refused() -> None:
    assert python_problem((3, 11)) is None
    assert python_problem((3, 10)) is not None


def test_without_any_setting_everything_is_our_own_on_the_loopback_with_the_demo() -> None:
    settings = LocalSettings.of({})
    assert (settings.kafka, settings.mongo, settings.smtp) == (None, None, None)
    assert settings.host == "127.0.0.1"
    assert settings.demo


@pytest.mark.parametrize("value", ["0", "-1", "self"])
def test_a_process_id_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(MachineError, match="VECHE_LOCAL__STOP_WITH"):
        LocalSettings.of({"VECHE_LOCAL__STOP_WITH": value})


def test_somebody_elses_servers_are_taken_from_the_settings_that_the_services_read() -> None:
    settings = LocalSettings.of(
        {"VECHE_KAFKA__BOOTSTRAP_SERVERS": "kafka:9092", "VECHE_MONGO__URI": "mongodb://db/", "DEMO": "0"}
    )
    assert settings.kafka == "kafka:9092"
    assert settings.mongo == "mongodb://db/"
    assert not settings.demo


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "８０８０"])
def test_a_port_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(MachineError, match="VECHE_LOCAL__GATEWAY_PORT"):
        LocalSettings.of({"VECHE_LOCAL__GATEWAY_PORT": value})
