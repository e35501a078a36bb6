"""The compose file is resolved, read and held against the house's rules."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from deploy.checks.compose import MissingVariableError, example_values, findings_in, interpolate, resolve

SAFE = {"security_opt": ["no-new-privileges:true"]}
DOCUMENT: dict[str, Any] = {
    "services": {
        **{name: {"image": "veche:1", "command": [f"veche_{name}"], **SAFE} for name in ("routing", "surveys")},
        "notifications": {"image": "veche:1", "command": ["veche_notifications"], **SAFE},
        "intake": {
            "image": "veche:1",
            "command": ["veche_intake"],
            "environment": {"VECHE_LOG__LEVEL": "info"},
            **SAFE,
        },
        "gateway": {"image": "caddy:2", "ports": ["8080:8080"], **SAFE},
    }
}
KNOWN = {"intake": frozenset({"VECHE_LOG__LEVEL"})}


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(DOCUMENT)


def test_a_variable_takes_its_value_its_default_or_fails() -> None:
    assert interpolate("a ${A} ${B:-two} ${C-} $$x", {"A": "1"}) == "a 1 two  $x"
    with pytest.raises(MissingVariableError):
        interpolate("${A:?say it}", {})
    with pytest.raises(MissingVariableError):
        interpolate("${A:?say it}", {"A": ""})


def test_variables_are_resolved_inside_values_so_that_a_list_in_one_stays_text() -> None:
    assert resolve({"a": ["${KEYS:-[]}", 1, None]}, {}) == {"a": ["[]", 1, None]}


def test_the_example_file_is_read_without_its_comments() -> None:
    assert example_values("# words\n\nA=1\nB=x=y\nC=\n") == {"A": "1", "B": "x=y", "C": ""}


def test_a_good_file_has_no_findings(document: dict[str, Any]) -> None:
    assert findings_in(document, KNOWN) == []


def test_a_program_whose_file_carries_a_capability_must_be_able_to_have_it(document: dict[str, Any]) -> None:
    document["services"]["gateway"]["cap_drop"] = ["ALL"]
    (finding,) = findings_in(document, KNOWN)
    assert finding.endswith("cannot start without cap_add NET_BIND_SERVICE")
    document["services"]["gateway"]["cap_add"] = ["NET_BIND_SERVICE"]
    assert findings_in(document, KNOWN) == []


def test_a_misspelt_key_is_found(document: dict[str, Any]) -> None:
    document["services"]["intake"]["depnds_on"] = ["kafka"]
    (finding,) = findings_in(document, KNOWN)
    assert "depnds_on" in finding


def test_a_misspelt_setting_is_found(document: dict[str, Any]) -> None:
    document["services"]["intake"]["environment"]["VECHE_LOG__LEVLE"] = "info"
    assert findings_in(document, KNOWN) == ["intake: VECHE_LOG__LEVLE is not a setting"]


def test_a_key_of_another_service_is_found(document: dict[str, Any]) -> None:
    for service in ("intake", "surveys"):
        document["services"][service].setdefault("environment", {})["VECHE_INTAKE__VOTER_KEY"] = "x"
    known = {"intake": KNOWN["intake"] | {"VECHE_INTAKE__VOTER_KEY"}, "surveys": frozenset({"VECHE_LOG__LEVEL"})}
    assert findings_in(document, known) == ["surveys: VECHE_INTAKE__VOTER_KEY is not a setting"]


def test_only_the_gateway_is_open_to_everybody(document: dict[str, Any]) -> None:
    document["services"]["routing"]["ports"] = ["27017:27017", "127.0.0.1:9090:9090"]
    assert findings_in(document, KNOWN) == ["routing: opens 27017:27017 to everybody; write 127.0.0.1 before it"]


def test_a_missing_service_and_a_wrong_command_are_found(document: dict[str, Any]) -> None:
    del document["services"]["surveys"]
    document["services"]["routing"]["command"] = ["veche_intake"]
    assert findings_in(document, KNOWN) == ["surveys is not among the services", "routing: must run veche_routing"]


def test_an_image_without_a_version_and_a_service_that_may_gain_privileges_are_found(document: dict[str, Any]) -> None:
    document["services"]["gateway"] = {"image": "caddy"}
    assert findings_in(document, KNOWN) == [
        "gateway: may gain privileges: security_opt no-new-privileges:true is missing",
        "gateway: its image has no version",
    ]
