"""The manifests are held against Kubernetes' schemas, KEDA's and the house's own rules."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from deploy.checks.kubernetes import findings_in

PROBE = {"httpGet": {"path": "/health/live", "port": 8000}}
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "routing"},
    "spec": {
        "selector": {"matchLabels": {"app": "routing"}},
        "template": {
            "metadata": {"labels": {"app": "routing"}},
            "spec": {
                "automountServiceAccountToken": False,
                "serviceAccountName": "routing",
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 10001,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "topologySpreadConstraints": [
                    {"topologyKey": "kubernetes.io/hostname", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
                ],
                "containers": [
                    {
                        "name": "service",
                        "image": "veche",
                        "env": [{"name": "VECHE_INSTANCE", "value": "x"}],
                        "startupProbe": PROBE,
                        "livenessProbe": PROBE,
                        "readinessProbe": PROBE,
                        "resources": {
                            "requests": {"cpu": "1", "memory": "1Mi"},
                            "limits": {"cpu": "1", "memory": "1Mi"},
                        },
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }
                ],
            },
        },
    },
}
BUDGET: dict[str, Any] = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "routing"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "routing"}}},
}
SCALED: dict[str, Any] = {
    "apiVersion": "keda.sh/v1alpha1",
    "kind": "ScaledObject",
    "metadata": {"name": "routing"},
    "spec": {
        "scaleTargetRef": {"name": "routing"},
        "minReplicaCount": 2,
        "maxReplicaCount": 6,
        "cooldownPeriod": 300,
        "fallback": {"failureThreshold": 3, "replicas": 3},
        "triggers": [
            {
                "type": "kafka",
                "metadata": {
                    "bootstrapServersFromEnv": "VECHE_KAFKA__BOOTSTRAP_SERVERS",
                    "consumerGroup": "veche.routing.cases",
                    "topic": "veche.appeals",
                    "lagThreshold": "500",
                    "offsetResetPolicy": "earliest",
                },
                "authenticationRef": {"name": "kafka"},
            }
        ],
    },
}
KNOWN = {"routing": frozenset({"VECHE_INSTANCE"})}


def found(*manifests: dict[str, Any]) -> list[str]:
    return findings_in(manifests, KNOWN)


@pytest.fixture
def deployment() -> dict[str, Any]:
    return copy.deepcopy(DEPLOYMENT)


@pytest.fixture
def scaled() -> dict[str, Any]:
    return copy.deepcopy(SCALED)


def test_good_manifests_have_no_findings(deployment: dict[str, Any], scaled: dict[str, Any]) -> None:
    assert found(deployment, BUDGET, scaled) == []


@pytest.mark.parametrize("image", ["caddy", "caddy:2.11-alpine", "registry.example:5000/a/caddy:2@sha256:0"])
def test_a_program_whose_file_carries_a_capability_must_be_able_to_have_it(
    deployment: dict[str, Any], image: str
) -> None:
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["image"] = image
    (finding,) = found(deployment, BUDGET)
    assert "NET_BIND_SERVICE" in finding
    container["securityContext"]["capabilities"]["add"] = ["NET_BIND_SERVICE"]
    assert found(deployment, BUDGET) == []


def test_a_capability_that_nothing_needs_is_found(deployment: dict[str, Any]) -> None:
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["securityContext"]["capabilities"]["add"] = ["NET_BIND_SERVICE"]
    assert found(deployment, BUDGET) != []


def test_a_value_of_the_wrong_type_is_found(deployment: dict[str, Any]) -> None:
    deployment["spec"]["replicas"] = "two"
    (finding,) = found(deployment, BUDGET)
    assert finding.startswith("Deployment routing: spec.replicas:")


def test_a_field_that_kubernetes_does_not_know_is_found(deployment: dict[str, Any]) -> None:
    deployment["spec"]["template"]["spec"]["serviceAcountName"] = "routing"
    findings = found(deployment, BUDGET)
    assert any("serviceAcountName" in finding for finding in findings)


@pytest.mark.parametrize("missing", ["startupProbe", "livenessProbe", "readinessProbe", "resources", "securityContext"])
def test_a_container_without_probes_limits_or_fences_is_found(deployment: dict[str, Any], missing: str) -> None:
    del deployment["spec"]["template"]["spec"]["containers"][0][missing]
    findings = found(deployment, BUDGET)
    assert findings == [f"Deployment routing: spec.template.spec.containers.0.{missing}: Field required"]


def test_a_deployment_without_a_disruption_budget_is_found(deployment: dict[str, Any]) -> None:
    assert found(deployment) == ["Deployment routing: has no disruption budget"]


def test_a_misspelt_setting_is_found(deployment: dict[str, Any]) -> None:
    settings = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "veche-settings-abc"},
        "data": {"VECHE_INSTANSE": "x"},
    }
    deployment["spec"]["template"]["spec"]["containers"][0]["env"][0]["name"] = "VECHE_INSTANSE"
    assert found(deployment, BUDGET, settings) == [
        "Deployment routing: VECHE_INSTANSE is not a setting",
        "ConfigMap veche-settings-abc: VECHE_INSTANSE is not a setting",
    ]


@pytest.mark.parametrize("source", ["secret", "configMap"])
def test_keys_of_another_service_are_found(deployment: dict[str, Any], source: str) -> None:
    own: list[dict[str, Any]] = [
        {"secret": {"name": "veche-routing"}},
        {"secret": {"name": "veche-kafka", "optional": True}},
    ]
    volume: dict[str, Any] = {"name": "secrets", "projected": {"sources": own}}
    deployment["spec"]["template"]["spec"]["volumes"] = [volume]
    assert found(deployment, BUDGET) == []
    own.append({source: {"name": "veche-intake"}})
    assert found(deployment, BUDGET) == ["Deployment routing: veche-intake holds keys that routing does not use"]


def test_public_keys_are_for_those_who_verify_sessions(deployment: dict[str, Any]) -> None:
    sources = [{"configMap": {"name": "veche-sessions"}}]
    deployment["spec"]["template"]["spec"]["volumes"] = [{"name": "secrets", "projected": {"sources": sources}}]
    known = {"routing": KNOWN["routing"] | {"VECHE_SESSIONS__PUBLIC_KEYS"}}
    assert findings_in([deployment, BUDGET], known) == []
    assert found(deployment, BUDGET) == ["Deployment routing: veche-sessions holds keys that routing does not use"]


def test_secrets_that_come_in_another_way_than_by_named_files_are_found(deployment: dict[str, Any]) -> None:
    spec = deployment["spec"]["template"]["spec"]
    spec["volumes"] = [{"name": "keys", "secret": {"secretName": "veche-intake"}}]
    spec["containers"][0]["envFrom"] = [{"secretRef": {"name": "veche-intake"}}]
    assert found(deployment, BUDGET) == [
        "Deployment routing: service takes its environment from the secret veche-intake: secrets come as files",
        "Deployment routing: the volume keys must be projected, by name",
    ]


def test_a_secret_in_the_settings_of_all_is_found() -> None:
    settings: dict[str, object] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "veche-settings-abc"},
        "data": {"VECHE_INTAKE__VOTER_KEY": "x"},
    }
    known = {"intake": frozenset({"VECHE_INTAKE__VOTER_KEY"})}
    assert findings_in([settings], known) == [
        "ConfigMap veche-settings-abc: VECHE_INTAKE__VOTER_KEY is a secret, and every service reads this map"
    ]


def test_a_secret_that_is_written_down_is_found() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "veche-keys"}, "stringData": {"a": "b"}}
    assert found(secret) == ["Secret veche-keys: a secret is named by reference, never written down"]


def test_scaling_by_another_topic_than_the_group_reads_is_found(scaled: dict[str, Any]) -> None:
    scaled["spec"]["triggers"][0]["metadata"]["topic"] = "veche.apeals"
    assert found(scaled) == ["ScaledObject routing: veche.routing.cases reads veche.appeals, not veche.apeals"]


def test_scaling_by_a_group_that_does_not_exist_is_found(scaled: dict[str, Any]) -> None:
    scaled["spec"]["triggers"][0]["metadata"]["consumerGroup"] = "veche.routing.appeals"
    assert found(scaled) == ["ScaledObject routing: routing has no consumer group veche.routing.appeals"]


def test_more_replicas_than_partitions_are_found(scaled: dict[str, Any]) -> None:
    scaled["spec"]["maxReplicaCount"] = 7
    assert found(scaled) == ["ScaledObject routing: more replicas than veche.appeals has partitions"]


def test_a_field_that_keda_does_not_know_is_found(scaled: dict[str, Any]) -> None:
    scaled["spec"]["triggers"][0]["metadata"]["lagTreshold"] = "5"
    (finding,) = found(scaled)
    assert finding.startswith("ScaledObject routing: spec.triggers.0.metadata.lagTreshold: Extra inputs")
