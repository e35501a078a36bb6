"""Evaluates the alert rules on what running services measure, in a thirtieth of the time.

Understands of PromQL what the rules use: selectors, ``rate`` and ``increase``, ``sum`` and ``max`` with ``by``,
``histogram_quantile``, division, and comparison with a number. Anything else is an error, not a silent False.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import promql_parser as promql
import yaml
from prometheus_client.parser import text_string_to_metric_families

FASTER: Final = 30
"""By how much the durations of the rules are shortened, ages and lags in seconds included."""

RULES: Final = Path("deploy/observability/alerts.yaml")

Labels: TypeAlias = frozenset[tuple[str, str]]
Vector: TypeAlias = dict[Labels, float]
UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Scrape:
    """Everything that was measured at one moment (seconds of any clock)."""

    at: float
    samples: Mapping[str, Vector]


def scrape(at: float, texts: Mapping[str, str | None]) -> Scrape:
    """The metrics of each instance; None where it did not answer."""
    samples: dict[str, Vector] = {"up": {}}
    for instance, text in texts.items():
        target = {"instance": instance, "job": "veche"}
        samples["up"][frozenset(target.items())] = 0.0 if text is None else 1.0
        for family in text_string_to_metric_families(text or ""):
            for sample in family.samples:
                labels = frozenset({**sample.labels, **target}.items())
                samples.setdefault(sample.name, {})[labels] = sample.value
    return Scrape(at, samples)


@dataclass(slots=True)
class Alerts:
    """The rules, and since when the condition of each holds for each set of labels."""

    rules: Sequence[Mapping[str, Any]]
    scrapes: list[Scrape] = field(default_factory=list)
    since: dict[tuple[str, Labels], float] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Alerts:
        read = yaml.safe_load((root / RULES).read_text(encoding="utf-8"))
        return cls([rule for group in read["groups"] for rule in group["rules"]])

    def firing(self, new: Scrape) -> set[tuple[str, Labels]]:
        """The alerts that fire after one more scrape, each with its labels."""
        self.scrapes.append(new)
        fired: set[tuple[str, Labels]] = set()
        for rule in self.rules:
            name, holds = rule["alert"], self._evaluated(promql.parse(rule["expr"]))
            for key in [key for key in self.since if key[0] == name and key[1] not in holds]:
                del self.since[key]
            for labels in holds:
                began = self.since.setdefault((name, labels), new.at)
                if new.at - began >= _seconds(rule["for"]) / FASTER:
                    fired.add((name, labels))
        return fired

    def _evaluated(self, node: Any) -> Vector:
        match node:
            case promql.ParenExpr():
                return self._evaluated(node.expr)
            case promql.VectorSelector():
                return self._selected(node, self.scrapes[-1])
            case promql.AggregateExpr():
                return _aggregated(str(node.op), node.modifier, self._evaluated(node.expr))
            case promql.Call():
                return self._called(node)
            case promql.BinaryExpr():
                return self._combined(node)
        raise NotImplementedError(type(node).__name__)

    def _called(self, node: Any) -> Vector:
        if node.func.name in ("rate", "increase"):
            window = node.args[0].range.total_seconds() / FASTER
            grown = self._grown(node.args[0].vector_selector, window)
            return grown if node.func.name == "increase" else {key: value / window for key, value in grown.items()}
        if node.func.name == "histogram_quantile":
            return _quantile(node.args[0].val, self._evaluated(node.args[1]))
        if node.func.name == "absent":
            selector = node.args[0]
            wanted = frozenset((one.name, one.value) for one in selector.matchers.matchers if one.name != "__name__")
            return {} if self._evaluated(selector) else {wanted: 1.0}
        raise NotImplementedError(node.func.name)

    def _combined(self, node: Any) -> Vector:
        left, operation = self._evaluated(node.lhs), str(node.op)
        if operation == "or":
            return {**self._evaluated(node.rhs), **left}
        if operation == "/":
            right = self._evaluated(node.rhs)
            return {key: value / right[key] for key, value in left.items() if right.get(key)}
        bound = node.rhs.val / (FASTER if _is_an_age(node.lhs) else 1)
        if operation == ">":
            return {key: value for key, value in left.items() if value > bound}
        if operation == "==":
            return {key: value for key, value in left.items() if value == bound}
        raise NotImplementedError(operation)

    def _selected(self, node: Any, found: Scrape) -> Vector:
        wanted = [(matcher.name, matcher.value) for matcher in node.matchers.matchers]
        return {
            labels: value
            for labels, value in found.samples.get(node.name, {}).items()
            if all(pair in labels for pair in wanted)
        }

    def _grown(self, node: Any, window: float) -> Vector:
        """How much counters have grown in the window; one that began in it has grown from its first value on."""
        inside = [found for found in self.scrapes if found.at >= self.scrapes[-1].at - window]
        first: Vector = {}
        for found in inside:
            for labels, value in self._selected(node, found).items():
                first.setdefault(labels, value)
        return {labels: max(0.0, value - first[labels]) for labels, value in self._selected(node, inside[-1]).items()}


def _is_an_age(node: Any) -> bool:
    """Whether a rule compares a gauge of seconds, which a shorter outage makes smaller."""
    return isinstance(node, promql.AggregateExpr) and getattr(node.expr, "name", "").endswith("_seconds")


def _aggregated(operation: str, modifier: Any, values: Vector) -> Vector:
    by = set(modifier.labels) if modifier is not None else set()
    groups: dict[Labels, list[float]] = {}
    for labels, value in values.items():
        groups.setdefault(frozenset(pair for pair in labels if pair[0] in by), []).append(value)
    if operation == "sum":
        return {labels: sum(several) for labels, several in groups.items()}
    if operation == "max":
        return {labels: max(several) for labels, several in groups.items()}
    raise NotImplementedError(operation)


def _quantile(share: float, buckets: Vector) -> Vector:
    """The bound of the bucket in which the quantile lies."""
    groups: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in buckets.items():
        bound = float(dict(labels)["le"])
        groups.setdefault(frozenset(pair for pair in labels if pair[0] != "le"), []).append((bound, count))
    return {
        labels: next(bound for bound, count in sorted(several) if count >= share * max(several)[1])
        for labels, several in groups.items()
        if max(several)[1] > 0
    }


def _seconds(duration: str) -> float:
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", duration))


def names(fired: Iterable[tuple[str, Labels]], **labels: str) -> set[str]:
    """The names of the alerts that fire with these labels."""
    return {name for name, found in fired if labels.items() <= dict(found).items()}
