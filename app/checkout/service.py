"""Buying, step by step. Each step is a transaction of its own, and none is open while the provider is asked.

A crash at any point leaves rows that say how far the purchase came.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.checkout import basket
from app.orders import service as orders
from app.orders import signals, stock
from app.orders.models import Order, OrderLine
from app.payments import attempts, cancel, handover
from app.payments.ledger import Ledger
from app.payments.models import Attempt
from app.runtime.config import Settings
from app.runtime.errors import Conflict
from app.users.models import User
from app.web.idempotency import KeyReused
from app.web.paging import Page, Paging


class TooManyUnpaid(Conflict):
    error = "too_many_unpaid_orders"
    detail = "So many orders of yours wait to be paid that there is no room for another. Pay or cancel one first."


class TooManyUnits(Conflict):
    error = "too_many_unpaid_units"
    detail = (
        "So many units are set aside for unpaid orders of yours that there is no room for these. Pay or cancel first."
    )


class CannotCancel(Conflict):
    error = "order_not_cancellable"
    detail = "This order is paid, or its payment is on its way: it can be refunded, not cancelled."


class NothingToPay(Conflict):
    error = "nothing_to_pay"
    detail = "This order is paid, over, or being cancelled."


def place(
    session: Session, settings: Settings, user: User, key: str, quantities: Mapping[int, int], now: datetime
) -> tuple[Ledger, Attempt | None]:
    """The order under the user's key, with its stock set aside, and its first attempt. Committed.

    `quantities` is by item id. Without an attempt it is a replay: the order was placed before. Raises KeyReused,
    NotOnSale, SoldOut, TooManyUnpaid, TooManyUnits, and AmountTooSmall or Invalid for a sum that the provider refuses.
    """
    request_hash = basket.fingerprint(quantities)
    if (known := orders.under_key(session, user, key)) is None:
        lines = basket.lines(session, quantities)
        _check_room(session, settings, user, sum(quantities.values()))
        order = orders.create(
            session,
            user,
            key=key,
            request_hash=request_hash,
            lines=lines,
            total=basket.total(lines, settings.currency),
            currency=settings.currency,
            hold_until=now + timedelta(minutes=settings.hold_minutes),
            now=now,
        )
        if order is not None:
            ledger = Ledger(order)
            attempt = attempts.make(session, settings, ledger, now)
            session.commit()
            return ledger, attempt
        known = orders.under_key(session, user, key)  # a double click: the other request was faster
        assert known is not None
    if known.request_hash != request_hash:
        raise KeyReused
    return Ledger.of(session, [known])[0], None


def _check_room(session: Session, settings: Settings, user: User, units: int) -> None:
    """Keep one account from setting the whole stock aside. The lock makes its orders wait for each other here."""
    session.execute(sa.select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    count = sa.func.count(Order.id.distinct()), sa.func.coalesce(sa.func.sum(OrderLine.quantity), 0)
    unpaid = (Order.user_id == user.id) & Order.status.in_(("pending", "cancelling"))
    waiting, held = session.execute(sa.select(*count).join(OrderLine).where(unpaid)).one()
    if waiting >= settings.max_unpaid_orders:
        raise TooManyUnpaid
    if held + units > settings.max_unpaid_units:
        raise TooManyUnits


def get(session: Session, order_id: int, user: User) -> Ledger:
    """Raises NotFound unless the order is the user's, or the user is staff."""
    return Ledger.of(session, [orders.get(session, order_id, user)])[0]


def listed(session: Session, user: User, paging: Paging, buyer_id: int | None) -> Page[Ledger]:
    """The user's orders, for staff all orders or one buyer's; the newest first."""
    page = orders.listed(session, user, paging, buyer_id)
    return Page(Ledger.of(session, page.items), page.total, page.page, page.per_page)


def payable_attempt(session: Session, settings: Settings, order_id: int, now: datetime) -> tuple[Attempt, bool]:
    """The attempt at which the order can be paid, and whether it is new. Committed.

    A new one is made where the last one is dead. Stock that was released is set aside again, and the caller sends the
    attempt. Raises NothingToPay, SoldOut.
    """
    ledger = Ledger.lock(session, Order.id == order_id)
    if ledger is None or ledger.order.status != "pending" or now >= ledger.order.hold_until:
        raise NothingToPay
    live = ledger.live_attempt
    if live is None:
        stock.take_again(session, ledger.order)
    attempt = live or attempts.make(session, settings, ledger, now)
    session.commit()
    return attempt, live is None


def begin_cancel(session: Session, order_id: int, now: datetime) -> Attempt | None:
    """Begin to cancel the order. The attempt that has to end at the provider first, if any. Committed.

    Raises CannotCancel for an order that is paid, or whose payment is on its way.
    """
    ledger = cancel.begin(session, order_id, now)
    if ledger is None or ledger.order.status not in ("cancelling", "cancelled"):
        raise CannotCancel
    return ledger.live_attempt


def fulfil(session: Session, order_id: int, now: datetime, *, despite_dispute: bool = False) -> Ledger:
    """Hand a paid order over. Twice is once. Not committed. Raises NotPaid, Refunded, Disputed, NotInStock."""
    ledger = Ledger.lock(session, Order.id == order_id)
    if ledger is None or not ledger.order.is_paid:
        raise orders.NotPaid
    if ledger.order.status == "paid":
        handover.check(session, ledger, despite_dispute=despite_dispute)
        orders.fulfil(session, ledger.order, now)
    else:
        signals.fulfilled.send(ledger.order, session=session)
    return ledger
