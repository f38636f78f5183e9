"""The life of an order. No function here commits: the caller does, with what else belongs to the step."""

from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app import mail
from app.auth.guard import owned
from app.orders import mails, signals, stock
from app.orders.models import Order
from app.orders.search import Search
from app.runtime import log_context
from app.runtime.errors import Conflict
from app.users.models import User
from app.users.signed_in import SignedInUser
from app.web import at_once
from app.web.long_lists import SortOrder
from app.web.paging import Page, Paging, paged, paged_by_id


class NotPaid(Conflict):
    error = "order_not_paid"
    detail = "Only a paid order can be handed over."


class NotHandedOver(Conflict):
    error = "order_not_handed_over"
    detail = "Only an order that was handed over can be taken back."


class NotInStock(Conflict):
    error = "not_in_stock"
    detail = (
        "What was bought went back on the shelf and is sold since: there is nothing to hand over. Refund the order."
    )


_owner = sa.select(Order.user_id).where(Order.id == sa.bindparam("order"))


def check(session: Session, order_id: int, user: SignedInUser) -> None:
    """Raises NotFound unless the order is the user's, or the user is staff."""
    owned(session.execute(_owner, {"order": order_id}).first(), user, staff=True)


def get(session: Session, order_id: int, user: SignedInUser) -> Order:
    """The order as it is now. Raises NotFound unless it is the user's, or the user is staff."""
    query = sa.select(Order).where(Order.id == order_id).options(joinedload(Order.lines), *_seen_by(user))
    order = session.scalars(query.execution_options(populate_existing=True)).unique().one_or_none()
    return owned(order, user, staff=True)


def listed(session: Session, user: SignedInUser, paging: Paging, search: Search) -> Page[Order]:
    """Of the user's orders, for staff of all orders, those that fit. Raises TooManyRequests."""
    fits, sorted_by = search.condition(session, user), search.sorted_by
    query = sa.select(Order).options(selectinload(Order.lines), *_seen_by(user))
    if any(column.nullable for column in sorted_by):
        with at_once.search_turn(is_needed=bool(search.words) or paging.is_deep):
            return paged(session, query.where(fits).order_by(*search.ordering()), paging)
    ids, has_words = sa.select(Order.id, *sorted_by).where(fits), bool(search.words)
    rows, order = ids.cte("wanted") if has_words else ids, SortOrder(tuple(sorted_by), search.is_descending)
    with at_once.search_turn(is_needed=has_words):
        return paged_by_id(session, query, rows, paging, order, has_landmarks=not has_words)


def _seen_by(user: SignedInUser) -> list[ORMOption]:
    """What to load with orders for `user`: staff see the buyer."""
    return [joinedload(Order.buyer)] if user.is_staff else []


def lock(session: Session, condition: sa.ColumnElement[bool]) -> Order | None:
    """The order with its holds as they are now, locked until the transaction ends. Its lines are read where needed."""
    query = sa.select(Order).where(condition).with_for_update(of=Order).options(selectinload(Order.holds))
    order = session.scalar(query.execution_options(populate_existing=True))
    if order is not None:
        log_context.note(order_id=order.id)
    return order


def mark_paid(session: Session, order: Order, reference: str, now: datetime) -> None:
    """The money came: the stock leaves the shelf, the receipt is queued. Raises IllegalTransition.

    `reference` is random and the payment's own. It names the receipt: a mailbox shows no second mail of one
    Message-ID, and after a restore the order's id may be another order's.
    """
    order.mark_paid(now)
    stock.consume(session, order)
    mail.queue(session, "receipt", {"order": order.id}, once=f"receipt:{reference}")
    mails.tell_staff(session, order, reference)
    signals.paid.send(order, session=session, now=now)


def cancel(session: Session, order: Order) -> None:
    """No attempt can bring money any more: the stock is for sale again. Raises IllegalTransition."""
    stock.release(session, order)
    order.move("cancelled")
    mails.tell_buyer(session, order, "order_cancelled")


def call_off(session: Session, order: Order) -> None:
    """Begin to cancel a free order that is not handed over. Its stock is for sale again. Raises IllegalTransition.

    At once, unlike that of an unpaid order: it has left the shelf, and no money can pay this order any more.
    """
    order.call_off()
    stock.restock(session, order)
    signals.due_changed.send(order, session=session, is_due=False)


def fulfil(session: Session, order: Order, now: datetime) -> None:
    """Hand a paid order over. What was put back on the shelf is taken from it again. Raises NotInStock."""
    if not stock.is_sold(order) and not stock.take_back(session, order):
        raise NotInStock
    order.mark_fulfilled(now)
    mails.tell_buyer(session, order, "order_handed_over")
    signals.fulfilled.send(order, session=session)


def take_back(order: Order) -> None:
    """An order that was handed over is not, after all. Its stock stays sold. Raises NotHandedOver."""
    if order.status != "fulfilled":
        raise NotHandedOver
    order.take_back()


def forget_person(user: User, session: Session) -> None:
    """The user is leaving: what they wrote and where they live goes.

    Idempotency-Keys are words that the client chose; it sends these no more.
    """
    other = sa.literal(f"{token_hex(16)}:") + sa.cast(Order.id, sa.String)  # than any key that was chosen
    kept = {"note": None, "phone": None, "shipping_address": None, "idempotency_key": other}
    nameless = sa.update(Order).where(Order.user_id == user.id).values(kept)
    session.execute(nameless.execution_options(synchronize_session=False))
