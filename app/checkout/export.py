"""Orders as a table for a spreadsheet (RFC 4180), a piece at a time, however many there are."""

import csv
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO

import sqlalchemy as sa
from flask.ctx import AppContext
from sqlalchemy.orm import Session, joinedload, selectinload

from app.orders.models import Order
from app.orders.search import Search
from app.payments.ledger import Ledger
from app.runtime.db import db
from app.stripe import currencies
from app.users.signed_in import SignedInUser
from app.web import at_once

AT_ONCE = 500
"""Orders that are read by one transaction: a slow client holds none open."""

COLUMNS = (
    *("number", "status", "created_at", "paid_at", "username", "name", "email", "phone", "address", "note", "items"),
    *("subtotal", "discount", "shipping", "tax", "total", "refunded", "currency"),
)

FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""How a text begins that a spreadsheet computes: https://owasp.org/www-community/attacks/CSV_Injection"""


def ids(session: Session, viewer: SignedInUser, search: Search, after: int | None = None) -> "array[int]":
    """Of the orders that fit, as they are to be listed: eight bytes each. Raises TooManyRequests.

    Where they are sorted by their ids these are the next AT_ONCE after an order, and otherwise all of them: what else
    they are sorted by may change meanwhile, and an order would be missing.
    """
    query = sa.select(Order.id).where(search.condition(session, viewer)).order_by(*search.ordering())
    if not search.sorted_by and not search.words:
        query = query.limit(AT_ONCE)
        if after is not None:
            query = query.where(Order.id < after if search.is_descending else Order.id > after)
    elif after is not None:
        return array("q")
    with at_once.SEARCHES.turn():
        return array("q", session.scalars(query))


def table(
    context: Callable[[], AppContext], viewer: SignedInUser, search: Search, ids_: Sequence[int]
) -> Iterator[str]:
    """The header, then the orders, of which `ids_` are the first. An order that is gone meanwhile is left out."""
    yield _written([COLUMNS])
    while ids_:
        for start in range(0, len(ids_), AT_ONCE):
            with context():
                piece = _written(map(_row, _ledgers(db.session(), ids_[start : start + AT_ONCE])))
            yield piece  # when the transaction is over, however long the client takes
        with context():
            ids_ = ids(db.session(), viewer, search, ids_[-1])


def _ledgers(session: Session, ids: Sequence[int]) -> list[Ledger]:
    query = sa.select(Order).where(Order.id.in_(ids)).options(selectinload(Order.lines), joinedload(Order.buyer))
    orders = {order.id: order for order in session.scalars(query)}
    return Ledger.of(session, [orders[each] for each in ids if each in orders])


def _row(ledger: Ledger) -> list[str]:
    order, buyer = ledger.order, ledger.order.buyer
    address = [each for each in (order.shipping_address or {}).values() if each]
    amounts = (order.subtotal, order.discount, order.shipping, order.tax, order.total, ledger.refunded)
    return [
        order.number,
        order.status,
        _moment(order.created_at),
        _moment(order.paid_at),
        *map(harmless, (buyer.username, buyer.name, buyer.email, order.phone, ", ".join(address), order.note)),
        harmless("; ".join(f"{line.quantity} × {line.name}" for line in order.lines)),
        *(currencies.decimal(amount, order.currency) for amount in amounts),
        order.currency,
    ]


def harmless(text: str | None) -> str:
    """`text` as a spreadsheet shows it; what it would take for a formula gets a quotation mark before it."""
    text = text or ""
    return f"'{text}" if FORMULA.match(text) else text


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""


def _written(rows: Iterable[Sequence[str]]) -> str:
    page = StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()
