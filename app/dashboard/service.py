"""Counts what staff look at each morning. Each part is one query."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from app.dashboard.schemas import Dashboard, Day, LowStock, Needs
from app.items.models import FEW_LEFT, Item
from app.items.service import LEFT
from app.mail.metrics import GIVEN_UP
from app.mail.models import Outgoing
from app.orders.models import NEXT, Order, OrderStatus
from app.payments import findings
from app.payments.models import CAME_TO_NOTHING, Payment, Refund
from app.stripe import currencies

DAYS = 30
MOST_SHOWN = 10


def of(session: Session, currency: str, now: datetime) -> Dashboard:
    open_findings = findings.unclosed(session, now)
    return Dashboard(
        currency,
        currencies.digits(currency),
        _orders(session),
        list(_days(session, currency, now)),
        low_stock(session),
        Needs(to_hand_over(session), len(open_findings), given_up(session)),
        open_findings[:MOST_SHOWN],
    )


def _orders(session: Session) -> dict[OrderStatus, int]:
    counted = session.execute(sa.select(Order.status, sa.func.count().label("number")).group_by(Order.status))
    return dict.fromkeys(NEXT, 0) | {row.status: row.number for row in counted}


def _days(session: Session, currency: str, now: datetime) -> Iterator[Day]:
    """What came and what went back by day; payments that did not pay an order are not in it."""
    last = datetime.combine(now.date(), time(), UTC)
    begins = [last - timedelta(days=each) for each in reversed(range(DAYS))]
    counts = Payment.disposition == "settles"
    counts &= Payment.currency == currency
    came = sa.select(*_by_day(Payment.created_at, Payment.amount, begins))
    came = came.where(counts, Payment.created_at >= begins[0])
    back = sa.select(*_by_day(Refund.created_at, Refund.amount, begins)).join(Payment)
    back = back.where(counts, Refund.status.not_in(CAME_TO_NOTHING), Refund.created_at >= begins[0])
    paid, refunded = session.execute(came).one(), session.execute(back).one()
    for number, begin in enumerate(begins):
        yield Day(begin.date(), paid[2 * number], int(paid[2 * number + 1]), int(refunded[2 * number + 1]))


def _by_day(at: Mapped[datetime], amount: Mapped[int], begins: list[datetime]) -> Iterator[sa.ColumnElement[int]]:
    """The number of rows and the sum of their amounts for each day: databases cut time into days differently."""
    for begin in begins:
        on_day = sa.and_(at >= begin, at < begin + timedelta(days=1))
        yield sa.func.count().filter(on_day)
        yield sa.func.coalesce(sa.func.sum(amount).filter(on_day), 0)


def low_stock(session: Session) -> list[LowStock]:
    few = sa.select(Item.id, Item.name, Item.on_hand, LEFT.label("left")).where(sa.text(FEW_LEFT))
    rows = session.execute(few.order_by(LEFT, Item.name, Item.id).limit(MOST_SHOWN))
    return [LowStock(row.id, row.name, row.on_hand, row.left) for row in rows]


def to_hand_over(session: Session) -> int:
    """Paid orders of which not all of the money went back. Of one that cost nothing there is none to go back."""
    kept = sa.exists().where(Payment.order_id == Order.id, Payment.disposition == "settles")
    kept = kept.where((Payment.refund_reserved < Payment.amount) | (Payment.amount == 0))
    query = sa.select(sa.func.count()).select_from(Order).where(Order.status == "paid", kept)
    return session.scalar(query) or 0


def given_up(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Outgoing).where(GIVEN_UP)) or 0
