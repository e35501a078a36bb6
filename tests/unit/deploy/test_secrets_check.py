"""The commands by which an operator makes secrets give each service the keys that it reads, and no others."""

from __future__ import annotations

from deploy.checks.secrets import documented_secrets, findings_in
from deploy.checks.settings_names import known_variables, required_variables, secret_variables
from veche_local.parts import SERVICES

TEXT = """
kubectl -n veche create configmap veche-sessions --from-literal=VECHE_SESSIONS__PUBLIC_KEYS="$public"
kubectl -n veche create secret generic veche-surveys \\
  --from-literal=VECHE_MONGO__URI='mongodb://…' \\
  --from-literal=VECHE_CALLERS__TOOLS="$digest"
kubectl create secret generic veche-intake --from-literal=VECHE_INTAKE__VOTER_KEY=…
"""
KNOWN = {
    "surveys": frozenset({"VECHE_MONGO__URI", "VECHE_CALLERS__TOOLS", "VECHE_SESSIONS__PUBLIC_KEYS"}),
    "intake": frozenset({"VECHE_INTAKE__VOTER_KEY"}),
}
REQUIRED = {"surveys": frozenset({"VECHE_SESSIONS__PUBLIC_KEYS"}), "intake": frozenset({"VECHE_INTAKE__VOTER_KEY"})}


def findings(text: str) -> list[str]:
    return list(findings_in(documented_secrets(text), KNOWN, REQUIRED))


def test_a_command_over_several_lines_is_read() -> None:
    assert documented_secrets(TEXT) == {
        "veche-sessions": {"VECHE_SESSIONS__PUBLIC_KEYS"},
        "veche-surveys": {"VECHE_MONGO__URI", "VECHE_CALLERS__TOOLS"},
        "veche-intake": {"VECHE_INTAKE__VOTER_KEY"},
    }
    assert findings(TEXT) == []


def test_a_key_of_another_service_is_found() -> None:
    text = TEXT.replace("VECHE_CALLERS__TOOLS", "VECHE_INTAKE__VOTER_KEY")
    assert findings(text) == ["veche-surveys has VECHE_INTAKE__VOTER_KEY, which surveys does not read"]


def test_a_key_that_is_missing_is_found() -> None:
    text = TEXT.replace("VECHE_INTAKE__VOTER_KEY", "VECHE_INTAKE__VOTRE_KEY")
    assert findings(text) == [
        "no secret of intake has VECHE_INTAKE__VOTER_KEY",
        "veche-intake has VECHE_INTAKE__VOTRE_KEY, which intake does not read",
    ]


def test_a_secret_for_nobody_is_found() -> None:
    text = TEXT + "kubectl create secret generic veche-keys --from-literal=VECHE_INTAKE__VOTER_KEY=…"
    assert findings(text) == ["veche-keys is mounted by no service"]


def test_which_keys_are_secrets_is_told_by_the_settings() -> None:
    hidden = secret_variables()
    assert hidden >= {
        "VECHE_INTAKE__VOTER_KEY",
        "VECHE_INTAKE__BOOTSTRAP_KEYS",
        "VECHE_SESSIONS__SIGNING_KEY",
        "VECHE_NOTIFICATIONS__SMTP__PASSWORD",
        "VECHE_MONGO__URI",
    }
    assert not hidden & {"VECHE_SESSIONS__PUBLIC_KEYS", "VECHE_CALLERS__TOOLS", "VECHE_MONGO__DATABASE_PREFIX"}


def test_no_key_is_read_by_two_services() -> None:
    """What several read by one name has another value in each: a user of MongoDB, of Kafka, a caller of routing."""
    readers = {
        name: {service for service in SERVICES if name in known_variables()[service]} for name in secret_variables()
    }
    shared = {name for name, services in readers.items() if len(services) > 1}
    assert shared == {"VECHE_MONGO__URI", "VECHE_KAFKA__SASL_PASSWORD", "VECHE_SESSIONS__ROUTING_KEY"}
    assert readers["VECHE_INTAKE__VOTER_KEY"] == readers["VECHE_INTAKE__TRACKING_KEY"] == {"intake"}
    assert readers["VECHE_SESSIONS__SIGNING_KEY"] == {"routing"}


def test_without_its_keys_a_service_does_not_start() -> None:
    assert required_variables("surveys") == {"VECHE_SESSIONS__PUBLIC_KEYS", "VECHE_SESSIONS__ROUTING_KEY"}
    assert required_variables("routing") == {
        "VECHE_SESSIONS__PUBLIC_KEYS",
        "VECHE_SESSIONS__SIGNING_KEY",
        "VECHE_CALLERS__NOTIFICATIONS",
        "VECHE_CALLERS__SURVEYS",
    }
    assert "VECHE_NOTIFICATIONS__INTAKE_KEY" in required_variables("notifications")
