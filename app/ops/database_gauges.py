"""What the database knows. One process reads it once in INTERVAL, and `/metrics` of each shows it.

So what a scrape costs grows neither with the number of processes nor with the tables.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.ops.counters import PREFIX
from app.ops.models import Figures
from app.ops.probe import Hangs, Probe
from app.runtime import schedule
from app.runtime.db import db, insert_into, utcnow, writing
from app.runtime.metrics import DatabaseGauge
from app.runtime.schedule import TURN, Chore

if TYPE_CHECKING:
    from prometheus_client import Metric

CACHED_SECONDS = 5
PATIENCE_SECONDS = 3
INTERVAL = timedelta(seconds=15)
READING = "gauges"
"""The row of the schedule that says which process reads."""


def _last_turn(session: Session, _: datetime) -> Mapping[str, float]:
    return {"": session.scalar(sa.select(Chore.reached).where(Chore.name == TURN)) or 0}


GAUGES = (
    DatabaseGauge(
        "worker_last_turn_timestamp_seconds", "When a worker last came to the end of a turn.", "", _last_turn
    ),
)

ByGauge = Mapping[str, Mapping[str, float]]
"""The figures of each gauge, by the values of its label."""


def read(gauges: Sequence[DatabaseGauge], session: Session, moment: datetime) -> ByGauge:
    """By a few queries: all but those of orders use an index of what is unfinished."""
    figures: dict[str, dict[str, float]] = defaultdict(dict)
    for gauge in gauges:
        figures[gauge.name].update(gauge.read(session, moment))
    return figures


class DatabaseGauges:
    """A collector for prometheus-client. A database that hangs or is away costs the scrape these figures alone.

    Where reading takes longer than a scrape waits, it shows the figures that are stored, and `read_at` says how old.
    """

    def __init__(self, app: Flask, gauges: Sequence[DatabaseGauge]) -> None:
        self._app, self.gauges, self.interval = app, gauges, INTERVAL
        self.probe = Probe(self._stored, PATIENCE_SECONDS, CACHED_SECONDS)
        self.reading = Probe(self._read, PATIENCE_SECONDS, CACHED_SECONDS)

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily as Family

        try:
            figures = self.probe.answer()
        except (Hangs, SQLAlchemyError):
            yield Family(f"{PREFIX}_database_up", "1 while the database answers.", value=0)
            figures = None
        else:
            yield Family(f"{PREFIX}_database_up", "1 while the database answers.", value=1)
            figures = self._newer_than(figures)
        yield from self._families(figures)

    def _newer_than(self, stored: Figures | None) -> Figures | None:
        """The stored figures, read again if they are old."""
        if stored is not None and utcnow() - stored.read_at < self.interval:
            return stored
        with suppress(Hangs, SQLAlchemyError):
            return self.reading.answer()
        return stored

    def _stored(self) -> Figures | None:
        with self._app.app_context():
            return db.session.get(Figures, 1)

    def _read(self) -> Figures | None:
        """Read the figures and store them, unless another process is doing so; then the stored ones."""
        with self._app.app_context(), writing():
            session, now = db.session(), utcnow()
            if not schedule.claim(session, READING, self.interval, now):
                return session.get(Figures, 1)
            figures = Figures(id=1, read_at=now, by_gauge=read(self.gauges, session, now))
            values = {"read_at": now, "by_gauge": figures.by_gauge}
            put = insert_into(session, Figures).values(id=1, **values)
            session.execute(put.on_conflict_do_update(index_elements=["id"], set_=values))
            session.commit()
            return figures

    def _families(self, figures: Figures | None) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily as Family

        by_gauge: ByGauge = figures.by_gauge if figures else {}
        told = {gauge.name: gauge for gauge in self.gauges}
        for name, gauge in told.items():
            family = Family(f"{PREFIX}_{name}", gauge.words, labels=[gauge.label] if gauge.label else [])
            for value, figure in by_gauge.get(name, {}).items():
                family.add_metric([value] if gauge.label else [], figure)
            yield family
        at = figures.read_at.timestamp() if figures else 0
        yield Family(f"{PREFIX}_database_read_timestamp_seconds", "When these figures were read.", value=at)
