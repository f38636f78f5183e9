"""Placing an order and handing it over.

Each step is a transaction of its own, and none is open while the provider is asked: a crash at any point leaves rows
that say how far it came.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.guard import owned
from app.checkout import fulfilment
from app.items.models import Item
from app.orders import stock
from app.orders.models import Attempt, Order, OrderLine
from app.payments import attempts
from app.payments.sweep import begin_cancel
from app.runtime.config import Settings
from app.runtime.db import insert_once
from app.runtime.errors import Conflict, FieldError, Invalid
from app.runtime.log_context import note
from app.stripe import currencies
from app.todos.models import Todo
from app.users import service as users
from app.users.models import User
from app.web.paging import Page, Paging, paged

log = logging.getLogger(__name__)

WHOLE = attempts.EVERYTHING


class KeyUsed(Invalid):
    error = "idempotency_key_reused"
    detail = "This Idempotency-Key belongs to another order. Use a new one for a new order."


class AmountTooSmall(Invalid):
    error = "amount_too_small"
    detail = "The payment provider does not take so small a sum. Nothing was charged; order a little more."

    @classmethod
    def below(cls, minimum: int, currency: str) -> "AmountTooSmall":
        words = f"The payment provider takes no sum below {currencies.written(minimum, currency)}: order a little more."
        return cls(words, errors=[FieldError("lines", words)])


class NotOnSale(Conflict):
    error = "not_on_sale"
    detail = "One of these items is not on sale."


class TooManyUnpaid(Conflict):
    error = "too_many_unpaid_orders"
    detail = "So many orders of yours wait to be paid that there is no room for another. Pay or cancel one first."


class CannotCancel(Conflict):
    error = "order_not_cancellable"
    detail = "This order is paid, or its payment is on its way: it can be refunded, not cancelled."


class NothingToPay(Conflict):
    error = "nothing_to_pay"
    detail = "This order is paid, over, or being cancelled."


def place(
    session: Session, settings: Settings, user: User, key: str, quantities: Mapping[int, int], now: datetime
) -> tuple[Order, Attempt | None]:
    """One transaction, committed here: the order under (user, key), its lines, its holds, its first attempt.

    Without an attempt it is a replay: the order was there. Raises KeyUsed, NotOnSale, SoldOut, TooManyUnpaid, and
    AmountTooSmall or Invalid for a sum that the provider does not take.
    """
    asked = _fingerprint(quantities)
    if (order := _under(session, user, key)) is None:
        lines = _lines(session, quantities)
        _check_room(session, settings, user)
        order_id = insert_once(Order, _row(settings, user, key, asked, lines, now))
        if order_id is not None:
            return _fill(session, settings, order_id, lines, now)
        order = _under(session, user, key)  # a double click: the other one was faster
        assert order is not None
    if order.request_hash != asked:
        raise KeyUsed
    return order, None


def _fingerprint(quantities: Mapping[int, int]) -> str:
    return hashlib.sha256(msgspec.json.encode(sorted(quantities.items()))).hexdigest()


def _under(session: Session, user: User, key: str) -> Order | None:
    known = (Order.user_id == user.id) & (Order.idempotency_key == key)
    return session.scalar(sa.select(Order).where(known).options(*WHOLE))


def _lines(session: Session, quantities: Mapping[int, int]) -> list[tuple[Item, int]]:
    found = session.scalars(sa.select(Item).where(Item.id.in_(quantities)).order_by(Item.id)).all()
    if len(found) < len(quantities) or any(item.price is None or item.withdrawn_at for item in found):
        raise NotOnSale
    return [(item, quantities[item.id]) for item in found]


def _check_room(session: Session, settings: Settings, user: User) -> None:
    """One account may not set the whole stock aside. Its orders wait for each other here: none slips through."""
    session.execute(sa.select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    waiting = sa.select(sa.func.count()).where(Order.user_id == user.id, Order.status.in_(("pending", "cancelling")))
    if (session.scalar(waiting) or 0) >= settings.max_unpaid_orders:
        raise TooManyUnpaid


def _total(lines: list[tuple[Item, int]], currency: str) -> int:
    """In minor units. Checked before anything is set aside: such an order would be refused each time."""
    for item, _ in lines:
        if words := currencies.fault(item.price or 0, currency):  # it was entered for another currency
            log.warning("item %s cannot be sold at its price: %s", item.id, words)
            raise Invalid.field("lines", f"{item.name} cannot be sold at its price: the shop has to correct it.")
    total = sum((item.price or 0) * quantity for item, quantity in lines)
    if total > currencies.maximum(currency):
        raise Invalid.field("lines", "This is more than can be paid at once.")
    if total < (minimum := currencies.minimum(currency)):
        raise AmountTooSmall.below(minimum, currency)
    return total


def _row(
    settings: Settings, user: User, key: str, asked: str, lines: list[tuple[Item, int]], now: datetime
) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "idempotency_key": key,
        "request_hash": asked,
        "status": "pending",
        "total": _total(lines, settings.currency),
        "currency": settings.currency,
        "hold_until": now + timedelta(minutes=settings.hold_minutes),
        "created_at": now,
    }


def _fill(
    session: Session, settings: Settings, order_id: int, lines: list[tuple[Item, int]], now: datetime
) -> tuple[Order, Attempt]:
    note(order_id=order_id)
    stock.take(session, order_id, {item.id: quantity for item, quantity in lines if item.on_hand is not None})
    bought = [
        {"order_id": order_id, "item_id": item.id, "name": item.name, "quantity": quantity, "unit_price": item.price}
        for item, quantity in lines
    ]
    session.execute(sa.insert(OrderLine), bought)
    order = session.scalars(sa.select(Order).where(Order.id == order_id).options(*WHOLE)).one()
    attempt = attempts.make(session, settings, order, now)
    session.commit()
    return order, attempt


def listed(session: Session, user: User, paging: Paging, buyer_id: int | None) -> Page[Order]:
    """The user's orders, for staff everybody's; the newest first, and only a buyer's where one is given."""
    whose = sa.true() if user.is_staff else Order.user_id == user.id
    if buyer_id is not None:
        whose &= Order.user_id == buyer_id
    query = sa.select(Order).where(whose).options(*WHOLE).order_by(Order.id.desc())
    return paged(session, query, paging)


def get(session: Session, order_id: int, user: User) -> Order:
    """Raises NotFound for anyone but the buyer and staff."""
    fresh = sa.select(Order).where(Order.id == order_id).options(*WHOLE).execution_options(populate_existing=True)
    order = session.scalar(fresh)
    return owned(order, user, staff=True)


def fulfil(session: Session, order_id: int, now: datetime, *, despite_dispute: bool = False) -> Order:
    """Hand a paid order over; its to-do is done. Twice is once. Raises NotPaid, Refunded, Disputed, NotInStock."""
    order = attempts.lock(session, Order.id == order_id)
    if order is None or not order.is_paid:
        raise fulfilment.NotPaid
    if order.status == "paid":
        fulfilment.check(session, order, despite_dispute=despite_dispute)
        order.mark_fulfilled(now)
    session.execute(sa.update(Todo).where(Todo.order_id == order_id).values(done=True))
    return order


def cancel(session: Session, order_id: int, now: datetime) -> Attempt | None:
    """Begin to cancel an order, committed. Gives the attempt that has to be ended at the provider before it is over.

    Raises CannotCancel for one that is paid, or whose payment is on its way.
    """
    order = begin_cancel(session, order_id, now)
    if order is None or order.status not in ("cancelling", "cancelled"):
        raise CannotCancel
    return order.live_attempt


def retry(session: Session, settings: Settings, order_id: int, now: datetime) -> tuple[Attempt, bool]:
    """The attempt at which an order can be paid, and whether it is new, since the last one is dead. Committed.

    What was given back meanwhile is set aside anew. A new attempt is leased to the caller, who sends it.
    Raises NothingToPay, SoldOut.
    """
    order = attempts.lock(session, Order.id == order_id)
    if order is None or order.status != "pending" or now >= order.hold_until:
        raise NothingToPay
    live = order.live_attempt
    if live is None:
        stock.take_again(session, order)
    attempt = live or attempts.make(session, settings, order, now)
    session.commit()
    return attempt, live is None


def _forget_keys(user: User, session: Session) -> None:
    """Idempotency-Keys are words of the caller's choice, and nobody sends these again."""
    other = sa.literal(f"{token_hex(16)}:") + sa.cast(Order.id, sa.String)  # than any that was chosen
    keyless = sa.update(Order).where(Order.user_id == user.id).values(idempotency_key=other)
    session.execute(keyless.execution_options(synchronize_session=False))


users.leaving.connect(_forget_keys)
