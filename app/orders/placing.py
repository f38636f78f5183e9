"""Writing a new order: one INSERT that itself checks whether there is room for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.orders import stock
from app.orders.models import UNPAID, Order, OrderLine
from app.runtime import log_context
from app.runtime.db import table, unattached
from app.runtime.statements import NewRows, Statement
from app.users.signed_in import SignedInUser

_orders, _lines = table(Order), table(OrderLine)


class Room(NamedTuple):
    """How many orders of one user may wait to be paid, and how many units may be in them."""

    most_orders: int
    most_units: int


def _parameter(name: str) -> sa.BindParameter[Any]:
    """The parameter for a column of the new order."""
    return sa.bindparam(name, type_=_orders.c[name].type)


_is_own = _orders.c.user_id == _parameter("user_id")
_under_key = sa.select(_orders.c.id).where(_is_own, _orders.c.idempotency_key == _parameter("idempotency_key"))

UNDER_KEY = _under_key.scalar_subquery().label("placed")
"""The id of the order that the user has placed under this Idempotency-Key, as a column of a query."""

# Also "processing": a bank debit that will fail holds stock too.
_is_unpaid = sa.or_(*(_orders.c.status == each for each in UNPAID))

UNPAID_ORDERS = sa.select(sa.func.count()).select_from(_orders).where(_is_own, _is_unpaid).scalar_subquery()
"""How many orders of the user are not paid, as a part of a query."""

_unpaid = (
    sa.select(sa.func.count().label("orders"), sa.func.coalesce(sa.func.sum(_orders.c.units), 0).label("units"))
    .where(_is_own, _is_unpaid)
    .subquery("unpaid")
)
_most_orders, _most_units = (sa.bindparam(name, type_=sa.BigInteger) for name in Room._fields)
_has_room = (_most_orders > _unpaid.c.orders) & (_most_units >= _unpaid.c.units + _parameter("units"))

_COLUMNS = (
    *("user_id", "idempotency_key", "request_hash", "status", "total", "currency", "hold_until", "created_at", "note"),
    *("discount", "shipping", "tax", "units"),
)
_insert = Statement(
    sa.insert(_orders)
    .from_select(
        _COLUMNS,
        sa.select(*map(_parameter, _COLUMNS)).select_from(_unpaid).where(~_under_key.exists(), _has_room),
        include_defaults=False,
    )
    .returning(_orders.c.id)
)


class NewOrder(NamedTuple):
    """What a buyer orders under an Idempotency-Key, with the fingerprint of the request; `total` is in minor units."""

    key: str
    request_hash: str
    lines: Sequence[tuple[Any, int]]
    """Rows of items, and how many of each."""

    total: int
    currency: str
    note: str | None
    placed_at: datetime
    hold_until: datetime


class Created(NamedTuple):
    order: Order
    """With its lines and all values that were inserted, but not attached to the session."""

    to_insert: list[NewRows]
    """Its holds and lines. `attempts.make` inserts them with the first attempt, in one round trip."""


def create(connection: sa.Connection, user: SignedInUser, room: Room, new: NewOrder) -> Created | None:
    """Insert the order, and set its stock aside. Its holds and lines are still to be inserted.

    None where the user has an order under this key already, or no `room` for this one. The caller has locked the user,
    so that no other order of theirs is placed meanwhile. Raises SoldOut. Not committed.
    """
    values: dict[str, Any] = {
        "user_id": user.id,
        "idempotency_key": new.key,
        "request_hash": new.request_hash,
        "status": "pending",
        "total": new.total,
        "currency": new.currency,
        "hold_until": new.hold_until,
        "created_at": new.placed_at,
        "note": new.note,
        "discount": 0,
        "shipping": 0,
        "tax": 0,
        "units": sum(quantity for _, quantity in new.lines),
    }
    inserted = _insert.execute(connection, {**values, **room._asdict()})
    if not inserted:
        return None
    order_id = inserted[0].id
    log_context.note(order_id=order_id)
    counted = {item.id: quantity for item, quantity in new.lines if item.on_hand is not None}
    holds = stock.take(connection, order_id, counted)
    lines = [
        {"order_id": order_id, "item_id": item.id, "name": item.name, "quantity": quantity, "unit_price": item.price}
        for item, quantity in new.lines
    ]
    order = unattached(Order, id=order_id, **values)
    set_committed_value(order, "lines", [unattached(OrderLine, **line) for line in lines])
    return Created(order, [holds, (_lines, lines)])
