"""The data folder: its lock, what only its owner may read, what is erased."""

from __future__ import annotations

import json
import stat
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from deploy.checks.settings_names import known_variables
from veche_local.errors import CommandError
from veche_local.home import AlreadyRunningError, Home, replace_file
from veche_local.keys import InstallationKeys, installation_keys, new_keys
from veche_local.parts import (
    SERVICES,
    assemble,
    channel_key,
    channel_keys,
    port_names,
    public_address,
    service_settings,
)
from veche_local.settings import LocalSettings
from veche_routing.settings import SigningSettings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create_folders()
    return home


def test_the_folder_is_that_of_veche_home_or_else_in_the_working_directory() -> None:
    assert Home.of({"VECHE_HOME": "/srv/veche"}).folder == Path("/srv/veche")
    assert Home.of({}).folder == Path.cwd() / ".veche"


def test_one_supervisor_locks_a_home_and_a_second_is_refused(home: Home) -> None:
    assert not home.is_locked()
    with home.locked():
        assert home.is_locked()
        with pytest.raises(AlreadyRunningError), home.locked():
            pass
    assert not home.is_locked()


def test_keys_are_generated_once_and_only_their_owner_can_read_them(home: Home) -> None:
    keys = installation_keys(home)
    assert installation_keys(home) == keys
    assert stat.S_IMODE(home.keys_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_keys_differ_from_one_another_are_long_and_are_never_shown() -> None:
    keys = new_keys()
    secrets = {
        (service, variable): value
        for service in SERVICES
        for variable, value in keys.environment(service).items()
        if variable.endswith("_KEY")
    }
    assert len(set(secrets.values())) == len(secrets) == 6
    assert all(len(secret) == 64 for secret in secrets.values())
    assert keys.session_signing not in repr(keys)


def test_a_service_is_handed_no_key_of_another() -> None:
    handed = {service: new_keys().environment(service).keys() for service in SERVICES}
    assert handed == {service: handed[service] & known for service, known in known_variables().items()}
    assert {service for service in SERVICES if "VECHE_SESSIONS__SIGNING_KEY" in handed[service]} == {"routing"}
    assert {service for service in SERVICES if "VECHE_INTAKE__VOTER_KEY" in handed[service]} == {"intake"}
    assert {name for name in handed["surveys"] if name.endswith("_KEY")} == {"VECHE_SESSIONS__ROUTING_KEY"}


def test_keys_of_a_former_release_are_kept_and_those_that_it_lacked_are_added(home: Home) -> None:
    former = {name: name * 8 for name in ("session", "internal", "tracking", "voter", "channel", "demo_password")}
    replace_file(home.keys_file, json.dumps(former))
    keys = installation_keys(home)
    assert (keys.tracking, keys.voter, keys.channel) == (former["tracking"], former["voter"], former["channel"])
    assert keys.demo_password == former["demo_password"]
    SigningSettings.model_validate({"signing_key": keys.session_signing, "public_keys": keys.session_public})
    assert installation_keys(home) == keys
    assert json.loads(home.keys_file.read_text(encoding="utf-8")).items() >= former.items()
    assert stat.S_IMODE(home.keys_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("lost", [field.name for field in fields(InstallationKeys)])
def test_whichever_key_is_lost_the_pair_fits_and_the_others_stay(home: Home, lost: str) -> None:
    before = asdict(installation_keys(home))
    replace_file(home.keys_file, json.dumps({name: key for name, key in before.items() if name != lost}))
    keys = installation_keys(home)
    SigningSettings.model_validate({"signing_key": keys.session_signing, "public_keys": keys.session_public})
    renewed = {name for name, key in asdict(keys).items() if key != before[name]}
    assert renewed == ({"session_signing", "session_public"} if lost.startswith("session_") else {lost})


def test_what_a_newer_release_has_stored_is_kept(home: Home) -> None:
    keys = asdict(installation_keys(home))
    replace_file(home.keys_file, json.dumps({**keys, "carrier": "c" * 64}))
    assert asdict(installation_keys(home)) == keys
    assert json.loads(home.keys_file.read_text(encoding="utf-8"))["carrier"] == "c" * 64


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"tracking": 5}', '{"tracking": ""}'])
def test_keys_that_cannot_be_read_are_neither_replaced_nor_a_traceback(home: Home, content: str) -> None:
    replace_file(home.keys_file, content)
    with pytest.raises(CommandError, match="cannot be read"):
        installation_keys(home)
    assert home.keys_file.read_text(encoding="utf-8") == content


def test_the_key_of_a_channel_is_the_same_at_every_start_and_no_other_channels() -> None:
    keys = new_keys()
    assert channel_key(keys, "vk") == channel_key(keys, "vk")
    assert len({str(entry["key"]) for entry in channel_keys(keys)}) == len(channel_keys(keys))


def test_the_settings_of_the_services_are_stored_for_their_commands_and_only_their_owner_can_read_them(
    home: Home,
) -> None:
    assert home.read_environments() == {}
    environments = {"intake": {"VECHE_MONGO__URI": "mongodb://m/"}, "routing": {}}
    home.write_environments(environments)
    assert home.read_environments() == environments
    assert stat.S_IMODE(home.environments_file.stat().st_mode) == 0o600


def test_what_the_operator_has_set_is_stored_before_the_settings_of_the_installation(home: Home) -> None:
    set_by_operator = {"VECHE_MONGO__URI": "mongodb://m/", "VECHE_CITY__PACK": "arzamas", "DEMO": "0"}
    environments = assemble(home, set_by_operator).environments
    assert environments.keys() == {"intake", "routing", "notifications", "surveys"}
    intake = environments["intake"]
    assert (intake["VECHE_MONGO__URI"], intake["VECHE_CITY__PACK"]) == ("mongodb://m/", "arzamas")
    assert intake["VECHE_INTAKE__VOTER_KEY"] == installation_keys(home).voter
    assert "VECHE_SESSIONS__SIGNING_KEY" not in intake


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


def test_an_unreadable_file_of_ports_counts_as_none(home: Home) -> None:
    home.ports_file.write_text("{")
    assert home.read_ports() == {}
    home.write_ports({"gateway": 8080})
    assert home.read_ports() == {"gateway": 8080}


def test_an_external_server_needs_no_port() -> None:
    own = port_names(LocalSettings.of({}))
    external = port_names(
        LocalSettings.of({"VECHE_KAFKA__BOOTSTRAP_SERVERS": "k:1", "VECHE_MONGO__URI": "mongodb://m"})
    )
    assert {"kafka", "kafka_controller", "mongod", "mail"} <= set(own)
    assert set(own) - set(external) == {"kafka", "kafka_controller", "mongod"}


def test_e_mails_are_stored_in_a_folder_unless_a_mail_server_is_set() -> None:
    ports = dict.fromkeys(port_names(LocalSettings.of({})), 1)
    stored = service_settings("notifications", LocalSettings.of({}), new_keys(), ports, "k", "m")
    mail_server = LocalSettings.of({"VECHE_NOTIFICATIONS__SMTP__HOST": "mx"})
    sent = service_settings("notifications", mail_server, new_keys(), ports, "k", "m")
    assert stored["VECHE_NOTIFICATIONS__SMTP__PORT"] == "1"
    assert "VECHE_NOTIFICATIONS__SMTP__HOST" not in sent


def test_demo_accounts_exist_only_with_demo_data() -> None:
    ports = dict.fromkeys(port_names(LocalSettings.of({})), 1)
    assert "VECHE_ROUTING__DEMO_STAFF" in service_settings("routing", LocalSettings.of({}), new_keys(), ports, "k", "m")
    without = service_settings("routing", LocalSettings.of({"DEMO": "0"}), new_keys(), ports, "k", "m")
    assert "VECHE_ROUTING__DEMO_STAFF" not in without


def test_a_gateway_on_all_interfaces_is_shown_with_an_address_that_a_browser_can_open() -> None:
    all_interfaces = LocalSettings.of({"VECHE_LOCAL__GATEWAY_HOST": "0.0.0.0"})
    assert public_address(all_interfaces, {"gateway": 8080}) == "http://127.0.0.1:8080/"
