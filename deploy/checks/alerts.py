"""Checks the alert rules and the dashboard: valid PromQL, existing metrics and labels, a section of the manual each.

The syntax of PromQL is checked by promql-parser, which follows Prometheus 2.45. Whether an alert fires when it should
is tested by deploy/observability/alerts.test.yaml, which needs promtool and is run where that is installed. Without it,
it is checked that the file tests every alert and expects the words that the alert has.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Annotated, Literal

import promql_parser as promql
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from veche_local.parts import SERVICES
from veche_shared.messaging.consumer import batch_metrics

RULES = Path("deploy/observability/alerts.yaml")
RULE_TESTS = Path("deploy/observability/alerts.test.yaml")
DASHBOARDS = Path("deploy/observability/grafana/dashboards")
MANUAL = Path("docs/operations.md")
METRIC_MODULES = ("veche_shared.observability.metrics", *(f"veche_{service}.metrics" for service in SERVICES))
FROM_PROMETHEUS: Mapping[str, frozenset[str]] = {"up": frozenset()}
"""Metrics that Prometheus adds for every target."""
SCRAPE_LABELS = frozenset({"job", "instance", "le"})
"""Labels that no service sets: the target, and the bounds of a histogram."""

TEMPLATE = re.compile(r"\{\{.*?\}\}")
"""A value that Prometheus puts into an annotation."""

Duration = Annotated[str, Field(pattern=r"^(\d+(ms|[smhdwy]))+$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Labels(Strict):
    severity: Literal["page", "ticket"]


class Annotations(Strict):
    summary: str = Field(min_length=10)
    runbook: str = Field(min_length=1)


class Rule(Strict):
    alert: str = Field(pattern=r"^[A-Z][A-Za-z0-9]+$")
    expr: str
    for_: Duration = Field(alias="for")
    labels: Labels
    annotations: Annotations


class Group(Strict):
    name: str
    rules: list[Rule] = Field(min_length=1)


class RuleFile(Strict):
    """https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/"""

    groups: list[Group] = Field(min_length=1)


class ExpectedAlert(BaseModel):
    exp_annotations: Annotations


class AlertTest(BaseModel):
    alertname: str
    exp_alerts: list[ExpectedAlert] = []


class AlertTests(BaseModel):
    alert_rule_test: list[AlertTest]


class RuleTestFile(BaseModel):
    """https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/, as far as it is checked here."""

    tests: list[AlertTests]


def batch_metric_names() -> dict[str, frozenset[str]]:
    """The series that FastStream's middleware writes for the batches of a consumer group → their labels."""
    registry = CollectorRegistry()
    batch_metrics("service", "group", registry)
    return {
        name: frozenset(collector._labelnames)  # noqa: SLF001 - prometheus_client has no other way to ask
        for collector, names in registry._collector_to_names.items()  # noqa: SLF001
        for name in names
        if isinstance(collector, MetricWrapperBase)
    }


def metric_names() -> dict[str, frozenset[str]]:
    """Every series that the services write → its labels."""
    names = {**FROM_PROMETHEUS, **batch_metric_names()}
    for module_name in METRIC_MODULES:
        if importlib.util.find_spec(module_name) is None:  # the service has no metrics of its own
            continue
        for value in vars(importlib.import_module(module_name)).values():
            if isinstance(value, MetricWrapperBase):
                names.update(_series(value))
    return names


def _series(metric: MetricWrapperBase) -> Iterator[tuple[str, frozenset[str]]]:
    labels = frozenset(metric._labelnames)  # noqa: SLF001 - the client offers no other way to ask
    for family in metric.describe():
        match family.type:
            case "counter":
                yield f"{family.name}_total", labels
            case "histogram":
                yield from ((f"{family.name}_{suffix}", labels) for suffix in ("bucket", "sum", "count"))
            case _:
                yield family.name, labels


def query_faults(expression: str, metrics: Mapping[str, AbstractSet[str]]) -> list[str]:
    """The errors in one PromQL expression, given the series that exist."""
    try:
        parsed = promql.parse(expression)
    except ValueError as error:
        return [f"not PromQL: {error}"]
    faults: list[str] = []
    labels: set[str] = set(SCRAPE_LABELS)
    grouped: set[str] = set()

    def visit(node: promql.Expr) -> bool:
        if isinstance(node, promql.VectorSelector):
            asked = {matcher.name for matcher in node.matchers.matchers}
            name = node.name or ""
            if name not in metrics:
                faults.append(f"no service writes {name}")
                return True
            labels.update(metrics[name])
            faults.extend(f"{name} has no label {label}" for label in sorted(asked - metrics[name] - SCRAPE_LABELS))
        elif isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            grouped.update(node.modifier.labels)
        return True

    promql.walk(parsed, visit)
    faults.extend(f"nothing here has the label {label}" for label in sorted(grouped - labels))
    return faults


def rule_findings(
    rules: RuleFile, metrics: Mapping[str, AbstractSet[str]], headings: AbstractSet[str]
) -> Iterator[str]:
    """``headings`` are those of the manual: each alert must have one, to which its runbook links."""
    for rule in (rule for group in rules.groups for rule in group.rules):
        yield from (f"{rule.alert}: {fault}" for fault in query_faults(rule.expr, metrics))
        if rule.alert not in headings:
            yield f"{rule.alert}: {MANUAL} has no heading for it"
        if not rule.annotations.runbook.endswith(f"#{rule.alert.lower()}"):
            yield f"{rule.alert}: its runbook must link to #{rule.alert.lower()}"


def rule_test_findings(rules: RuleFile, tests: RuleTestFile) -> Iterator[str]:
    """Alerts that no test expects to fire, and expected annotations that differ from those of the rule."""
    expected: dict[str, list[Annotations]] = {}
    for test in (test for given in tests.tests for test in given.alert_rule_test):
        expected.setdefault(test.alertname, []).extend(alert.exp_annotations for alert in test.exp_alerts)
    for rule in (rule for group in rules.groups for rule in group.rules):
        firing = expected.pop(rule.alert, [])
        if not firing:
            yield f"{rule.alert}: no test expects it to fire"
        summary = re.compile(".+".join(map(re.escape, TEMPLATE.split(rule.annotations.summary))))
        for shown in firing:
            if not summary.fullmatch(shown.summary) or shown.runbook != rule.annotations.runbook:
                yield f"{rule.alert}: a test expects «{shown.summary}»"
    yield from (f"{alert}: there is no such alert" for alert in expected)


def promtool_findings(root: Path) -> list[str]:
    """What promtool finds; nothing where it is not installed."""
    promtool = shutil.which("promtool")
    if promtool is None:
        return []
    done = subprocess.run(  # noqa: S603
        [promtool, "test", "rules", RULE_TESTS.name],
        cwd=(root / RULE_TESTS).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return [] if done.returncode == 0 else [(done.stdout + done.stderr).strip()]


def dashboard_queries(node: object) -> Iterator[str]:
    """Every expression in a Grafana dashboard, wherever it is nested."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "expr" and isinstance(value, str):
                yield value
            else:
                yield from dashboard_queries(value)
    elif isinstance(node, list):
        for item in node:
            yield from dashboard_queries(item)


def fill_variables(expression: str) -> str:
    """A dashboard's expression with values in the place of Grafana's variables, so that it can be parsed."""
    named: Callable[[re.Match[str]], str] = lambda found: "5m" if "interval" in found[0] else "x"  # noqa: E731
    return re.sub(r"\$(?:\w+|\{\w+\})", named, expression)


def check(root: Path) -> list[str]:
    metrics = metric_names()
    manual = (root / MANUAL).read_text(encoding="utf-8")
    headings = {line.lstrip("# ").strip() for line in manual.splitlines() if line.startswith("#")}
    try:
        rules = RuleFile.model_validate(yaml.safe_load((root / RULES).read_text(encoding="utf-8")))
        tests = RuleTestFile.model_validate(yaml.safe_load((root / RULE_TESTS).read_text(encoding="utf-8")))
    except ValidationError as error:
        return [f"{RULES}: {error}"]
    findings = [f"{RULES}: {finding}" for finding in rule_findings(rules, metrics, headings)]
    findings += [f"{RULE_TESTS}: {finding}" for finding in rule_test_findings(rules, tests)]
    findings += [f"{RULE_TESTS}: {finding}" for finding in promtool_findings(root)]
    for path in sorted((root / DASHBOARDS).glob("*.json")):
        for expression in dashboard_queries(json.loads(path.read_text(encoding="utf-8"))):
            faults = query_faults(fill_variables(expression), metrics)
            findings += [f"{path.relative_to(root)}: {expression}: {fault}" for fault in faults]
    return findings
