"""What a feature measures. METRICS and GAUGES in app/__init__.py list it, and `/metrics` shows it (app/ops).

A counter or a histogram follows a signal of the feature, so that what is measured does not know who measures it. A
gauge is read now and then, so that it costs no request anything.
Labels take few values, all of them ours: never what a caller wrote.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from blinker import Signal
from flask import Flask, current_app, has_app_context
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class _Followed:
    name: str
    words: str
    signal: Signal

    def receive(self, _sender: object, **values: Any) -> None:
        """Listens to the signal. What happens outside of an application is not measured."""
        if has_app_context():
            self.update(current_app.extensions["counters"].metrics[self.name], values)

    def update(self, metric: Any, values: Mapping[str, Any]) -> None:
        """`metric` is the object of prometheus-client, `values` what the signal carries."""
        raise NotImplementedError


@dataclass(frozen=True)
class Counter(_Followed):
    """How often the signal came, by those of its values that are labels."""

    labels: tuple[str, ...] = ()

    def update(self, metric: Any, values: Mapping[str, Any]) -> None:
        metric.labels(*(values[label] for label in self.labels)).inc()


@dataclass(frozen=True)
class Histogram(_Followed):
    """How long something took, in seconds: the signal's `value`."""

    value: str
    labels: tuple[str, ...] = ()

    def update(self, metric: Any, values: Mapping[str, Any]) -> None:
        metric.labels(*(values[label] for label in self.labels)).observe(values[self.value])


@dataclass(frozen=True)
class Gauge:
    """What `read(app)` gives at the moment. Of several processes of a server the sum is shown, or the largest."""

    name: str
    words: str
    read: Callable[[Flask], float]
    across_processes: Literal["livesum", "livemax"] = "livesum"


@dataclass(frozen=True)
class Limit:
    """A figure that never changes, to compare a gauge with."""

    name: str
    words: str
    value: float


Metric = Counter | Gauge | Histogram | Limit

Read = Callable[[Session, datetime], Mapping[str, float]]


@dataclass(frozen=True)
class DatabaseGauge:
    """What the database knows. `read(session, now)` gives the figures by the values of `label`.

    Without a label it gives one figure, under the empty text. Several features may add to one gauge, under one name.
    """

    name: str
    words: str
    label: str
    read: Read


def counts(session: Session, column: Any, states: tuple[str, ...]) -> Mapping[str, float]:
    """How many rows have each of these states in `column`; 0 for a state that no row has."""
    query = sa.select(column, sa.func.count()).where(column.in_(states)).group_by(column)
    return dict.fromkeys(states, 0) | {row[0]: row[1] for row in session.execute(query)}


def age(session: Session, column: Any, condition: sa.ColumnElement[bool], now: datetime) -> float:
    """Seconds since the earliest time in `column` of the rows for which the condition holds; 0 without any."""
    earliest = session.scalar(sa.select(sa.func.min(column)).where(condition))
    return max(0.0, (now - earliest).total_seconds()) if earliest else 0.0
