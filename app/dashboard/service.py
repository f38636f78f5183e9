"""Counts what staff look at each morning."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

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
from app.runtime import time_zones
from app.stripe import currencies
from app.web.long_lists import cached, count_of

DAYS = 30
QUARTER = 15 * 60
"""Seconds. Days of every time zone in use begin with a quarter of an hour: https://www.iana.org/time-zones"""

MOST_SHOWN = 10
MANY = 1_000
"""Of so many payments in 30 days the dashboard may have more, and adds them up once in a while."""


def of(session: Session, currency: str, zone: str, now: datetime) -> Dashboard:
    open_findings = findings.unclosed(session, now)
    return Dashboard(
        currency,
        currencies.digits(currency),
        zone,
        _orders(session),
        list(days(session, currency, zone, now)),
        low_stock(session),
        Needs(to_hand_over(session), len(open_findings), given_up(session)),
        open_findings[:MOST_SHOWN],
    )


def _orders(session: Session) -> dict[OrderStatus, int]:
    return {status: count_of(session, sa.select(Order.id).where(Order.status == status)) for status in NEXT}


Sums = dict[datetime, tuple[int, int, int]]
"""How many payments came, their sum, and what went back, by the moment at which their quarter of an hour begins."""


def days(session: Session, currency: str, zone: str, now: datetime) -> Iterator[Day]:
    """What came and what went back by day of this time zone; payments that did not pay an order are not in it.

    Where MANY came, the days before today are as they were up to a minute ago, and not added up each time.
    """
    last = now.astimezone(ZoneInfo(zone)).date()
    dates = [last - timedelta(days=each) for each in reversed(range(DAYS))]
    begins = [time_zones.begin_of(day, zone) for day in dates]
    first, today, end = begins[0], begins[-1], time_zones.begin_of(last + timedelta(days=1), zone)
    before = sa.select(Payment.id).where(Payment.created_at >= first, Payment.created_at < today)
    of_these = sa.select(sa.func.count()).select_from(before.limit(MANY + 1).subquery())
    since, sums = first, Sums()
    if (session.scalar(of_these) or 0) > MANY:
        since, sums = today, cached(("days", currency, first, today), lambda: _sums(session, currency, first, today))
    by_day = _added_up(sums | _sums(session, currency, since, end), begins)
    for day, begin in zip(dates, begins, strict=True):
        yield Day(day, *by_day[begin])


def _added_up(sums: Sums, begins: Sequence[datetime]) -> Sums:
    """By the moments at which days begin, of which none is left out."""
    by_day = dict.fromkeys(begins, (0, 0, 0))
    for quarter, (number, amount, refunded) in sums.items():
        begin = begins[max(bisect_right(begins, quarter) - 1, 0)]
        before = by_day[begin]
        by_day[begin] = (before[0] + number, before[1] + amount, before[2] + refunded)
    return by_day


def _sums(session: Session, currency: str, since: datetime, until: datetime) -> Sums:
    counts = sa.and_(Payment.disposition == "settles", Payment.currency == currency)
    came = _by_quarter(session, since, until, Payment.created_at, sa.select(Payment.amount).where(counts))
    back = sa.select(Refund.amount).join(Payment).where(counts, Refund.status.not_in(CAME_TO_NOTHING))
    refunded = _by_quarter(session, since, until, Refund.created_at, back)
    return {at: (*came.get(at, (0, 0)), refunded.get(at, (0, 0))[1]) for at in came.keys() | refunded.keys()}


def _by_quarter(
    session: Session, since: datetime, until: datetime, at: Mapped[datetime], amounts: sa.Select[int]
) -> dict[datetime, tuple[int, int]]:
    """The number of `amounts` and their sum, by the moment at which their quarter of an hour begins."""
    seconds = sa.extract("epoch", at)
    quarter = (seconds - seconds % QUARTER).label("quarter")
    [amount] = amounts.selected_columns
    query = amounts.with_only_columns(quarter, sa.func.count(), sa.func.sum(amount), maintain_column_froms=True)
    rows = session.execute(query.where(at >= since, at < until).group_by(quarter))
    return {datetime.fromtimestamp(int(begin), UTC): (number, int(total)) for begin, number, total in rows}


def low_stock(session: Session) -> list[LowStock]:
    few = sa.select(Item.id, Item.name, Item.on_hand, LEFT.label("left")).where(sa.text(FEW_LEFT))
    rows = session.execute(few.order_by(LEFT, Item.name, Item.id).limit(MOST_SHOWN))
    return [LowStock(row.id, row.name, row.on_hand, row.left) for row in rows]


def to_hand_over(session: Session) -> int:
    """Paid orders of which not all of the money went back. Of one that cost nothing there is none to go back."""
    is_kept = sa.exists().where(Payment.order_id == Order.id, Payment.disposition == "settles")
    is_kept = is_kept.where((Payment.refund_reserved < Payment.amount) | (Payment.amount == 0))
    return count_of(session, sa.select(Order.id).where(Order.status == "paid", is_kept))


def given_up(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Outgoing).where(GIVEN_UP)) or 0
