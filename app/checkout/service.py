"""Buying, step by step. Each step is a transaction of its own, and none is open while the provider is asked.

A crash at any point leaves rows that say how far the purchase came.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.checkout import basket, kept_basket
from app.orders import placing, signals, stock
from app.orders import service as orders
from app.orders.models import Order
from app.orders.search import Search
from app.payments import attempts, cancel, handover
from app.payments.ledger import Ledger
from app.payments.models import Attempt
from app.runtime.config import Settings
from app.runtime.errors import Conflict
from app.users.signed_in import SignedInUser
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
    detail = (
        "This order is paid, or its payment is on its way: it can be refunded, not cancelled. One that a promotion"
        " code made free is cancelled by staff, until it is handed over."
    )


class NothingToPay(Conflict):
    error = "nothing_to_pay"
    detail = "This order is paid, over, or being cancelled."


_PLACED_AND_UNPAID = sa.select(placing.UNDER_KEY, placing.UNPAID_ORDERS.label("unpaid"))


class Purchase(NamedTuple):
    """What a buyer asks for, under an Idempotency-Key."""

    key: str
    quantities: Mapping[int, int]
    """By item id."""

    note: str | None
    from_basket: bool = False
    basket_version: int | None = None


def place(
    session: Session, settings: Settings, user: SignedInUser, purchase: Purchase, now: datetime
) -> tuple[Ledger, Attempt | None]:
    """The user's order under the key, with its stock set aside, and its first attempt. Committed.

    Without an attempt it is a replay: the order was placed before. Raises KeyReused, NotOnSale, SoldOut, TooManyUnpaid,
    TooManyUnits, BasketChanged, and AmountTooSmall or Invalid for a sum that the provider refuses.
    """
    request_hash = basket.fingerprint(purchase.quantities, purchase.note)
    connection = session.connection()
    facts = basket.lock_and_read(connection, user, purchase.key, purchase.quantities)
    order_id = facts.placed
    if order_id is None:
        room = _room(settings, user)
        new_order = _new_order(settings, purchase, request_hash, facts.items, now)
        created = placing.create(connection, user, room, new_order)
        if created is not None:
            ledger = Ledger(created.order)
            attempt = attempts.make(
                session, settings, ledger, now, facts=facts.of_attempt, also_insert=created.to_insert
            )
            if purchase.from_basket:
                kept_basket.ordered(session, created.order, purchase.quantities, now, purchase.basket_version)
            session.commit()
            return ledger, attempt
        order_id = _placed_meanwhile(session, user, purchase.key, room)
    known = get(session, order_id, user)
    if known.order.request_hash != request_hash:
        raise KeyReused
    return known, None


def _new_order(
    settings: Settings, purchase: Purchase, request_hash: str, items: Sequence[Any], now: datetime
) -> placing.NewOrder:
    """Raises NotOnSale, and AmountTooSmall or Invalid for a sum that the provider refuses."""
    lines = basket.lines(items, purchase.quantities)
    return placing.NewOrder(
        key=purchase.key,
        request_hash=request_hash,
        lines=lines,
        total=basket.total(lines, settings.currency),
        currency=settings.currency,
        note=purchase.note,
        placed_at=now,
        hold_until=now + timedelta(minutes=settings.hold_minutes),
    )


def _room(settings: Settings, user: SignedInUser) -> placing.Room:
    """How much the user may have unpaid, so that no account sets the whole stock aside.

    An account with neither a verified email nor an identity may have less: one person may make very many of these.
    """
    units = settings.max_unpaid_units
    if not user.email_verified and not user.identities:
        units = min(units, settings.max_unverified_units)
    return placing.Room(settings.max_unpaid_orders, units)


def _placed_meanwhile(session: Session, user: SignedInUser, key: str, room: placing.Room) -> int:
    """The id of the order that the other request of a double click has placed. Raises TooManyUnpaid, TooManyUnits.

    `placing.create` inserted nothing either because of that order, or because there is no `room`.
    """
    why = session.execute(_PLACED_AND_UNPAID, {"user_id": user.id, "idempotency_key": key}).one()
    if why.placed is None:
        raise TooManyUnpaid if why.unpaid >= room.most_orders else TooManyUnits
    placed: int = why.placed
    return placed


def get(session: Session, order_id: int, user: SignedInUser) -> Ledger:
    """Raises NotFound unless the order is the user's, or the user is staff."""
    return Ledger.of(session, [orders.get(session, order_id, user)])[0]


def listed(session: Session, user: SignedInUser, paging: Paging, search: Search) -> Page[Ledger]:
    """The user's orders, for staff all orders, that `search` asks for. Raises TooManyRequests."""
    page = orders.listed(session, user, paging, search)
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


def begin_cancel(session: Session, order_id: int, user: SignedInUser, now: datetime) -> Attempt | None:
    """Begin to cancel the order. The attempt that has to end at the provider first, if any. Committed.

    Raises CannotCancel for an order that is paid, or whose payment is on its way; for staff not for one that was free.
    """
    ledger = cancel.begin(session, order_id, now, by_staff=user.is_staff)
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


def take_back(session: Session, order_id: int) -> Ledger:
    """Take a hand-over back: the order is to be handed over again. Not committed. Raises NotHandedOver."""
    ledger = Ledger.lock(session, Order.id == order_id)
    if ledger is None:
        raise orders.NotHandedOver
    orders.take_back(ledger.order)
    handover.review(session, ledger)
    return ledger
