"""Checks the Kubernetes manifests, built by `kubectl kustomize`, in three ways.

1. Against the schemas of Kubernetes, strictly: an unknown field is an error (kubernetes-validate).
2. The kinds of KEDA, which those schemas do not have, against the models below: only the fields that are used.
3. Against the rules of this project for every workload: probes, limits, nothing privileged, a disruption budget,
   settings, topics and consumer groups that exist.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import kubernetes_validate
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from deploy.checks.capabilities import capabilities_of
from deploy.checks.documents import declared_traffic
from deploy.checks.settings_names import known_variables, secret_variables

BUILDS = ("deploy/kubernetes/base", "deploy/kubernetes/overlays/production")
TOPIC_PREFIX = "veche."
PUBLIC_KEYS = "veche-sessions"
"""The config map with the public keys of staff sessions."""

Manifest: TypeAlias = dict[str, object]


class Part(BaseModel):
    """A part of a manifest, of which only the fields below are checked."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel, validate_by_name=True)


class Strict(Part):
    """A part of a manifest in which no other field is allowed."""

    model_config = ConfigDict(extra="forbid")


class Metadata(Part):
    name: str
    labels: dict[str, str] = {}


class Header(Part):
    api_version: str
    kind: str
    metadata: Metadata


class Quantities(Part):
    cpu: str
    memory: str


class Resources(Part):
    requests: Quantities
    limits: Quantities


class Capabilities(Part):
    drop: list[str]
    add: list[str] = []


class ContainerSecurity(Part):
    allow_privilege_escalation: Literal[False]
    read_only_root_filesystem: Literal[True]
    capabilities: Capabilities


class Variable(Part):
    name: str


class Container(Part):
    name: str
    image: str
    env: list[Variable] = []
    env_from: list[EnvironmentSource] = []
    startup_probe: dict[str, object]
    liveness_probe: dict[str, object]
    readiness_probe: dict[str, object]
    resources: Resources
    security_context: ContainerSecurity


class Seccomp(Part):
    type: Literal["RuntimeDefault"]


class PodSecurity(Part):
    run_as_non_root: Literal[True]
    run_as_user: Annotated[int, Field(ge=10_000)]
    seccomp_profile: Seccomp


class Named(Part):
    name: str


class Source(Part):
    """One secret or config map whose keys become files."""

    secret: Named | None = None
    config_map: Named | None = None


class Projected(Part):
    sources: list[Source]


class Volume(Part):
    """Only what can hold keys is looked at."""

    name: str
    projected: Projected | None = None
    secret: dict[str, object] | None = None


class EnvironmentSource(Part):
    config_map_ref: Named | None = None
    secret_ref: Named | None = None


class PodSpec(Part):
    automount_service_account_token: Literal[False]
    service_account_name: str
    security_context: PodSecurity
    topology_spread_constraints: Annotated[list[dict[str, object]], Field(min_length=1)]
    containers: Annotated[list[Container], Field(min_length=1)]
    volumes: list[Volume] = []


class PodTemplate(Part):
    metadata: dict[str, object]
    spec: PodSpec


class DeploymentSpec(Part):
    template: PodTemplate


class Deployment(Header):
    """What this project requires of a Deployment beyond what Kubernetes requires."""

    spec: DeploymentSpec


class TargetRef(Strict):
    name: str


class AuthenticationRef(Strict):
    name: str


class KafkaTriggerMetadata(Strict):
    """https://keda.sh/docs/latest/scalers/apache-kafka/: numbers are strings there."""

    bootstrap_servers_from_env: str
    consumer_group: str
    topic: str
    lag_threshold: Annotated[str, Field(pattern=r"^[1-9]\d*$")]
    offset_reset_policy: Literal["earliest"]
    sasl: Literal["none", "plaintext", "scram_sha256", "scram_sha512"] = "none"
    tls: Literal["enable", "disable"] = "disable"


class KafkaTrigger(Strict):
    type: Literal["kafka"]
    metadata: KafkaTriggerMetadata
    authentication_ref: AuthenticationRef


class Fallback(Strict):
    failure_threshold: Annotated[int, Field(ge=1)]
    replicas: Annotated[int, Field(ge=1)]


class ScaledObjectSpec(Strict):
    scale_target_ref: TargetRef
    min_replica_count: Annotated[int, Field(ge=1)]
    max_replica_count: Annotated[int, Field(ge=1)]
    cooldown_period: Annotated[int, Field(ge=0)]
    fallback: Fallback
    triggers: Annotated[list[KafkaTrigger], Field(min_length=1)]


class ScaledObject(Header):
    api_version: Literal["keda.sh/v1alpha1"]
    spec: ScaledObjectSpec


class SecretTarget(Strict):
    parameter: Literal["username", "password"]
    name: str
    key: str


class TriggerAuthenticationSpec(Strict):
    secret_target_ref: Annotated[list[SecretTarget], Field(min_length=1)]


class TriggerAuthentication(Header):
    api_version: Literal["keda.sh/v1alpha1"]
    spec: TriggerAuthenticationSpec


CUSTOM: Mapping[str, type[Header]] = {"ScaledObject": ScaledObject, "TriggerAuthentication": TriggerAuthentication}


def findings_in(manifests: Sequence[Manifest], known: Mapping[str, AbstractSet[str]]) -> list[str]:
    """What is wrong with a set of built manifests; ``known`` are the variables that each service reads."""
    findings: list[str] = []
    for manifest in manifests:
        header = Header.model_validate(manifest)
        name = f"{header.kind} {header.metadata.name}"
        findings += [f"{name}: {fault}" for fault in _schema_faults(header, manifest)]
        findings += [f"{name}: {fault}" for fault in _rule_faults(header, manifest, known)]
    return findings + list(_missing_budgets(manifests))


def _schema_faults(header: Header, manifest: Manifest) -> Iterator[str]:
    if header.kind in CUSTOM:
        yield from _model_faults(CUSTOM[header.kind], manifest)
        return
    try:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(str(part) for part in error.path)}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        yield f"no schema is known for {header.api_version} {header.kind}"


def _model_faults(model: type[Header], manifest: Manifest) -> Iterator[str]:
    try:
        model.model_validate(manifest)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            yield f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"


def _rule_faults(header: Header, manifest: Manifest, known: Mapping[str, AbstractSet[str]]) -> Iterator[str]:
    match header.kind:
        case "Deployment":
            faults = list(_model_faults(Deployment, manifest))
            yield from faults or _deployment_faults(Deployment.model_validate(manifest), known)
        case "ConfigMap" if header.metadata.name.startswith("veche-settings"):
            data = manifest.get("data")
            anywhere = frozenset[str]().union(*known.values())
            yield from (f"{name} is not a setting" for name in _keys(data) if name not in anywhere)
            hidden = secret_variables()
            yield from (
                f"{name} is a secret, and every service reads this map" for name in _keys(data) if name in hidden
            )
        case "ScaledObject" if not list(_model_faults(ScaledObject, manifest)):
            yield from _scaling_faults(ScaledObject.model_validate(manifest))
        case "Secret":
            yield "a secret is named by reference, never written down"
        case _:
            return


def service_of(deployment: str) -> str:
    """The service whose API or workers a Deployment runs: ``routing`` and ``routing-workers`` are both routing's."""
    return deployment.removesuffix("-workers")


def _deployment_faults(deployment: Deployment, known: Mapping[str, AbstractSet[str]]) -> Iterator[str]:
    service = service_of(deployment.metadata.name)
    for container in deployment.spec.template.spec.containers:
        if container.security_context.capabilities.drop != ["ALL"]:
            yield f"{container.name} must drop ALL capabilities"
        needed = capabilities_of(container.image)
        if container.security_context.capabilities.add != needed:
            yield f"{container.name} must add the capabilities {needed}, and no others"
        for variable in container.env:
            if service in known and variable.name not in known[service]:
                yield f"{variable.name} is not a setting"
        yield from (
            f"{container.name} takes its environment from the secret {source.secret_ref.name}: secrets come as files"
            for source in container.env_from
            if source.secret_ref is not None
        )
    if service in known:
        yield from _foreign_secrets(service, deployment.spec.template.spec.volumes, known[service])


def secrets_of(service: str, variables: AbstractSet[str]) -> frozenset[str]:
    """The secrets and config maps that a service may mount: its own, Kafka's, and the public keys if it reads them."""
    public = {PUBLIC_KEYS} if "VECHE_SESSIONS__PUBLIC_KEYS" in variables else set()
    return frozenset({f"veche-{service}", "veche-kafka", *public})


def _foreign_secrets(service: str, volumes: Sequence[Volume], variables: AbstractSet[str]) -> Iterator[str]:
    """Keys of others: whatever is mounted beside what the service itself reads."""
    sources = [source for volume in volumes if volume.projected for source in volume.projected.sources]
    mounted = {named.name for source in sources for named in (source.secret, source.config_map) if named is not None}
    yield from (
        f"{name} holds keys that {service} does not use" for name in sorted(mounted - secrets_of(service, variables))
    )
    yield from (
        f"the volume {volume.name} must be projected, by name" for volume in volumes if volume.secret is not None
    )


def _scaling_faults(scaled: ScaledObject) -> Iterator[str]:
    service = service_of(scaled.metadata.name)
    readers = {
        f"{TOPIC_PREFIX}{reader.service}.{reader.group}": reader.topic
        for reader in declared_traffic().readers
        if reader.service == service
    }
    if scaled.spec.scale_target_ref.name != scaled.metadata.name:
        yield f"scales {scaled.spec.scale_target_ref.name}"
    for trigger in scaled.spec.triggers:
        topic = readers.get(trigger.metadata.consumer_group)
        if topic is None:
            yield f"{service} has no consumer group {trigger.metadata.consumer_group}"
        elif trigger.metadata.topic != f"{TOPIC_PREFIX}{topic.name}":
            yield f"{trigger.metadata.consumer_group} reads {TOPIC_PREFIX}{topic.name}, not {trigger.metadata.topic}"
        elif scaled.spec.max_replica_count > topic.partitions:
            yield f"more replicas than {trigger.metadata.topic} has partitions"


def _missing_budgets(manifests: Sequence[Manifest]) -> Iterator[str]:
    headers = [Header.model_validate(manifest) for manifest in manifests]
    names = {
        kind: {h.metadata.name for h in headers if h.kind == kind} for kind in ("Deployment", "PodDisruptionBudget")
    }
    for name in sorted(names["Deployment"] - names["PodDisruptionBudget"]):
        yield f"Deployment {name}: has no disruption budget"


def _keys(value: object) -> list[str]:
    return [str(key) for key in value] if isinstance(value, dict) else []


def build(folder: Path) -> list[Manifest]:
    """The manifests of a kustomization. Raises CalledProcessError, with kustomize's message in ``stderr``."""
    kubectl = Path(sys.executable).parent / "kubectl"
    built = subprocess.run(  # noqa: S603 - the wheel's kubectl on a folder of this repository
        [kubectl, "kustomize", folder], check=True, capture_output=True, text=True
    )
    return [manifest for manifest in yaml.safe_load_all(built.stdout) if manifest]


def check(root: Path) -> list[str]:
    findings: list[str] = []
    known = known_variables()
    for folder in BUILDS:
        try:
            manifests = build(root / folder)
        except subprocess.CalledProcessError as error:
            findings.append(f"{folder}: cannot be built: {error.stderr.strip()}")
            continue
        findings += [f"{folder}: {finding}" for finding in findings_in(manifests, known)]
    return findings
