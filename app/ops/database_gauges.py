"""What the database knows, read at each scrape of `/metrics`: every process shows the same figures."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.ops.counters import PREFIX
from app.ops.probe import Hangs, Probe
from app.runtime.db import db, utcnow
from app.runtime.metrics import DatabaseGauge
from app.runtime.schedule import TURN, Chore

if TYPE_CHECKING:
    from prometheus_client import Metric

CACHED_SECONDS = 5
PATIENCE_SECONDS = 3


def _last_turn(session: Session, _: datetime) -> Mapping[str, float]:
    return {"": session.scalar(sa.select(Chore.reached).where(Chore.name == TURN)) or 0}


GAUGES = (
    DatabaseGauge(
        "worker_last_turn_timestamp_seconds", "When a worker last came to the end of a turn.", "", _last_turn
    ),
)

Figures = Sequence[Mapping[str, float]]


def read(gauges: Sequence[DatabaseGauge], session: Session, moment: datetime) -> Figures:
    """The figures of each gauge, by a few queries: all but those of orders use an index of what is unfinished."""
    return [gauge.read(session, moment) for gauge in gauges]


class DatabaseGauges:
    """A collector for prometheus-client. A database that hangs or is away costs the scrape these figures alone."""

    def __init__(self, app: Flask, gauges: Sequence[DatabaseGauge]) -> None:
        def ask() -> Figures:
            with app.app_context():
                return read(gauges, db.session(), utcnow())

        self.gauges = gauges
        self.probe = Probe(ask, PATIENCE_SECONDS, CACHED_SECONDS)

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily as Family

        try:
            figures = self.probe.answer()
        except (Hangs, SQLAlchemyError):
            figures = None
        yield Family(f"{PREFIX}_database_up", "1 while the database answers.", value=figures is not None)
        families: dict[str, Family] = {}
        for gauge, values in zip(self.gauges, figures or [{}] * len(self.gauges), strict=True):
            labels = [gauge.label] if gauge.label else []
            family = families.setdefault(gauge.name, Family(f"{PREFIX}_{gauge.name}", gauge.words, labels=labels))
            for value, figure in values.items():
                family.add_metric([value] if gauge.label else [], figure)
        yield from families.values()
