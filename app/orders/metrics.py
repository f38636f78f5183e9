"""What `/metrics` shows of orders."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.orders.models import NEXT, Order
from app.runtime.metrics import DatabaseGauge, counts


def _orders(session: Session, _: datetime) -> Mapping[str, float]:
    return counts(session, Order.status, tuple(NEXT))


GAUGES = (DatabaseGauge("orders", "Orders, by state.", "status", _orders),)
