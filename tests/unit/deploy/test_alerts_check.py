"""Alert rules and dashboards name only what the services measure."""

from __future__ import annotations

import re

import pytest
import yaml

from deploy.checks.alerts import (
    RULES,
    RuleFile,
    RuleTestFile,
    dashboard_queries,
    fill_variables,
    metric_names,
    query_faults,
    rule_findings,
    rule_test_findings,
)
from veche_local.parts import SERVICES

METRICS = {
    "veche_outbox_rows": frozenset({"service"}),
    "veche_lag_bucket": frozenset({"service"}),
    "up": frozenset[str](),
}


def rules(**changes: object) -> RuleFile:
    rule = {
        "alert": "OutboxStuck",
        "expr": "max by (service) (veche_outbox_rows) > 1",
        "for": "5m",
        "labels": {"severity": "page"},
        "annotations": {"summary": "something stands still", "runbook": "docs/operations.md#outboxstuck"},
        **changes,
    }
    return RuleFile.model_validate({"groups": [{"name": "flow", "rules": [rule]}]})


@pytest.mark.parametrize(
    "query",
    [
        "veche_outbox_rows",
        'up{job="veche"} == 0',
        "histogram_quantile(0.99, sum by (service, le) (rate(veche_lag_bucket[5m]))) > 1",
        "sum by (service) (veche_outbox_rows) / on (service) sum by (service) (veche_outbox_rows)",
    ],
)
def test_a_query_on_what_is_measured_passes(query: str) -> None:
    assert query_faults(query, METRICS) == []


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("sum(rate(veche_lag_bucket[5m])", "not PromQL: unclosed left parenthesis"),
        ("veche_outbox_row", "no service writes veche_outbox_row"),
        ('veche_outbox_rows{topic="cases"}', "veche_outbox_rows has no label topic"),
        ("sum by (topic) (veche_outbox_rows)", "nothing here has the label topic"),
    ],
)
def test_a_query_on_what_is_not_measured_is_found(query: str, fault: str) -> None:
    assert query_faults(query, METRICS) == [fault]


def test_the_metrics_of_the_services_are_known_with_their_series_and_labels() -> None:
    known = metric_names()
    assert known["veche_outbox_age_seconds"] == {"service"}
    assert known["veche_relay_published_total"] == {"service"}
    assert known["veche_http_request_seconds_bucket"] == {"method", "route", "status"}
    assert "veche_http_request_seconds" not in known


def test_a_rule_with_a_section_in_the_manual_passes() -> None:
    assert list(rule_findings(rules(), METRICS, {"OutboxStuck"})) == []


def test_a_rule_that_the_manual_does_not_explain_is_found() -> None:
    assert list(rule_findings(rules(), METRICS, {"Other"})) == ["OutboxStuck: docs/operations.md has no heading for it"]


@pytest.mark.parametrize("change", [{"for": "five minutes"}, {"labels": {"severity": "loud"}}, {"fro": "5m"}])
def test_a_rule_that_prometheus_would_not_take_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        rules(**change)


def rule_tests(*alerts: dict[str, object]) -> RuleTestFile:
    return RuleTestFile.model_validate({"tests": [{"alert_rule_test": list(alerts)}]})


def firing(summary: str, alert: str = "OutboxStuck") -> dict[str, object]:
    annotations = {"summary": summary, "runbook": "docs/operations.md#outboxstuck"}
    return {"alertname": alert, "exp_alerts": [{"exp_annotations": annotations}]}


def test_an_alert_that_is_tested_in_its_own_words_passes() -> None:
    summary = "{{ $labels.a }} stands (still) {{ $value }}"
    checked = rules(annotations={"summary": summary, "runbook": "docs/operations.md#outboxstuck"})
    assert list(rule_test_findings(checked, rule_tests(firing("intake stands (still) 4")))) == []
    assert list(rule_test_findings(checked, rule_tests(firing("intake stood (still) 4")))) == [
        "OutboxStuck: a test expects «intake stood (still) 4»"
    ]


def test_an_alert_that_no_test_expects_to_fire_is_found() -> None:
    never = rule_tests({"alertname": "OutboxStuck"})
    assert list(rule_test_findings(rules(), never)) == ["OutboxStuck: no test expects it to fire"]


def test_a_test_of_an_alert_that_is_gone_is_found() -> None:
    tests = rule_tests(firing("something stands still"), firing("something stands still", "Gone"))
    assert list(rule_test_findings(rules(), tests)) == ["Gone: there is no such alert"]


def test_every_service_that_is_missing_fires_an_alert() -> None:
    alerts = {
        rule.alert: rule.expr
        for group in RuleFile.model_validate(yaml.safe_load(RULES.read_text(encoding="utf-8"))).groups
        for rule in group.rules
    }
    assert set(re.findall(r'service="(\w+)"', alerts["ServiceMissing"])) == set(SERVICES)


def test_a_dashboards_queries_are_found_wherever_they_are_nested() -> None:
    dashboard = {"panels": [{"targets": [{"expr": "a"}]}, {"panels": [{"targets": [{"expr": "b"}]}]}]}
    assert list(dashboard_queries(dashboard)) == ["a", "b"]


def test_grafanas_variables_are_filled_in() -> None:
    assert fill_variables('rate(a{b="$service"}[$__rate_interval])') == 'rate(a{b="x"}[5m])'
