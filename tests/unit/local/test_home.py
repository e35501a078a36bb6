"""The data folder: who holds it, what is kept private, what is erased."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from veche_local.home import AlreadyRunningError, Home, replace_file
from veche_local.keys import installation_keys, new_keys
from veche_local.parts import channel_key, channel_keys, port_names, public_address, service_settings
from veche_local.settings import LocalSettings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.lay_out()
    return home


def test_the_folder_is_named_by_veche_home_and_else_lies_where_the_command_is_run() -> None:
    assert Home.of({"VECHE_HOME": "/srv/veche"}).folder == Path("/srv/veche")
    assert Home.of({}).folder == Path.cwd() / ".veche"


def test_one_supervisor_holds_a_home_and_a_second_is_told(home: Home) -> None:
    assert not home.is_held()
    with home.held():
        assert home.is_held()
        with pytest.raises(AlreadyRunningError), home.held():
            pass
    assert not home.is_held()


def test_keys_are_made_once_and_only_their_owner_can_read_them(home: Home) -> None:
    keys = installation_keys(home)
    assert installation_keys(home) == keys
    assert stat.S_IMODE(home.keys_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_keys_differ_from_one_another_are_long_and_are_never_shown() -> None:
    keys = new_keys()
    secrets = list(keys.environment().values())
    assert len(set(secrets)) == 4
    assert all(len(secret) == 64 for secret in secrets)
    assert keys.session not in repr(keys)


def test_the_key_of_a_channel_is_the_same_at_every_start_and_no_other_channels() -> None:
    keys = new_keys()
    assert channel_key(keys, "vk") == channel_key(keys, "vk")
    assert len({str(entry["key"]) for entry in channel_keys(keys)}) == len(channel_keys(keys))


def test_a_file_is_replaced_as_a_whole(home: Home) -> None:
    replace_file(home.state_file, "first, and longer")
    replace_file(home.state_file, "second")
    assert home.state_file.read_text() == "second"


def test_erasing_leaves_alone_what_veche_did_not_make(home: Home) -> None:
    installation_keys(home)
    home.data_of("kafka").mkdir()
    foreign = home.folder / "thesis.odt"
    foreign.touch()
    home.erase()
    assert list(home.folder.iterdir()) == [foreign]


def test_erasing_removes_the_folder_when_nothing_else_is_in_it(home: Home) -> None:
    home.erase()
    assert not home.folder.exists()


def test_broken_notes_of_ports_count_as_none(home: Home) -> None:
    home.ports_file.write_text("{")
    assert home.read_ports() == {}
    home.write_ports({"gateway": 8080})
    assert home.read_ports() == {"gateway": 8080}


def test_what_is_somebody_elses_needs_no_port() -> None:
    own = port_names(LocalSettings.of({}))
    others = port_names(LocalSettings.of({"VECHE_KAFKA__BOOTSTRAP_SERVERS": "k:1", "VECHE_MONGO__URI": "mongodb://m"}))
    assert {"kafka", "kafka_controller", "mongod", "mail"} <= set(own)
    assert set(own) - set(others) == {"kafka", "kafka_controller", "mongod"}


def test_letters_are_caught_unless_a_mail_server_is_named() -> None:
    ports = dict.fromkeys(port_names(LocalSettings.of({})), 1)
    caught = service_settings(LocalSettings.of({}), new_keys(), ports, "k", "m")
    sent = service_settings(LocalSettings.of({"VECHE_NOTIFICATIONS__SMTP__HOST": "mx"}), new_keys(), ports, "k", "m")
    assert caught["VECHE_NOTIFICATIONS__SMTP__PORT"] == "1"
    assert "VECHE_NOTIFICATIONS__SMTP__HOST" not in sent


def test_demo_accounts_exist_only_in_a_demonstration() -> None:
    ports = dict.fromkeys(port_names(LocalSettings.of({})), 1)
    assert "VECHE_ROUTING__DEMO_STAFF" in service_settings(LocalSettings.of({}), new_keys(), ports, "k", "m")
    without = service_settings(LocalSettings.of({"DEMO": "0"}), new_keys(), ports, "k", "m")
    assert "VECHE_ROUTING__DEMO_STAFF" not in without


def test_a_gateway_for_all_addresses_is_shown_by_one_that_a_browser_can_open() -> None:
    everywhere = LocalSettings.of({"VECHE_LOCAL__GATEWAY_HOST": "0.0.0.0"})
    assert public_address(everywhere, {"gateway": 8080}) == "http://127.0.0.1:8080/"
