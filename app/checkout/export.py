"""Orders as a table (RFC 4180), for programs or for a spreadsheet, a piece at a time, however many there are."""

import csv
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from typing import NamedTuple

import sqlalchemy as sa
from flask.ctx import AppContext
from sqlalchemy.orm import Session, joinedload, selectinload

from app.orders.models import Order
from app.orders.search import Search
from app.payments.ledger import Ledger
from app.runtime.db import db
from app.runtime.languages import Language
from app.stripe import currencies
from app.users.signed_in import SignedInUser
from app.web import at_once

AT_ONCE = 500
"""How many orders one transaction reads. None is open while a slow client takes what was read."""

COLUMNS = (
    *("number", "status", "created_at", "paid_at", "username", "name", "email", "phone", "address", "note", "items"),
    *("subtotal", "discount", "shipping", "tax", "total", "refunded", "currency"),
)


class Form(NamedTuple):
    """How a table is written. `mark` stands before all of it."""

    mark: str = ""
    delimiter: str = ","
    decimal: str = "."


PLAIN = Form()
"""For programs, which read UTF-8 where nothing else is said, and would take the mark for a part of the first name."""

MARK = "\ufeff"
"""By this a spreadsheet knows UTF-8, and shows umlauts: https://www.unicode.org/faq/utf_bom.html#bom1"""

SPREADSHEETS: dict[Language, Form] = {"en": Form(MARK), "de": Form(MARK, ";", ",")}
"""A German one takes a comma for the decimal one, and so keeps what commas divide in one column."""

FORMULA = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""How a text begins that a spreadsheet computes: https://owasp.org/www-community/attacks/CSV_Injection

Before the sign may stand what is not seen: some programs leave it out."""


def ids(session: Session, viewer: SignedInUser, search: Search, after: int | None = None) -> "array[int]":
    """Ids of the orders that fit, in the order of the table. Raises TooManyRequests.

    Where they are read in pieces these are AT_ONCE of them, the first or those `after` an order; otherwise all,
    in eight bytes each.
    """
    query = sa.select(Order.id).where(search.condition(session, viewer)).order_by(*search.ordering())
    if _in_pieces(search):
        query = query.limit(AT_ONCE)
    if after is not None:
        query = query.where(Order.id < after if search.is_descending else Order.id > after)
    with at_once.SEARCHES.turn():
        return array("q", session.scalars(query))


def _in_pieces(search: Search) -> bool:
    """Whether the orders are sorted by id. By a value that changes between two pieces an order could be left out."""
    return not search.sorted_by and not search.words


def table(
    context: Callable[[], AppContext], viewer: SignedInUser, search: Search, first: Sequence[int], form: Form = PLAIN
) -> Iterator[str]:
    """The header, then the orders, of which `first` are the ids that `ids` begins with.

    An order that is gone meanwhile is left out.
    """
    yield form.mark + _written([COLUMNS], form)
    piece = first
    while piece:
        for start in range(0, len(piece), AT_ONCE):
            with context():
                ledgers = _ledgers(db.session(), piece[start : start + AT_ONCE])
                rows = _written((_row(each, form) for each in ledgers), form)
            yield rows  # when the transaction is over, however long the client takes
        if not _in_pieces(search):
            return
        with context():
            piece = ids(db.session(), viewer, search, piece[-1])


def _ledgers(session: Session, ids: Sequence[int]) -> list[Ledger]:
    query = sa.select(Order).where(Order.id.in_(ids)).options(selectinload(Order.lines), joinedload(Order.buyer))
    orders = {order.id: order for order in session.scalars(query)}
    return Ledger.of(session, [orders[each] for each in ids if each in orders])


def _row(ledger: Ledger, form: Form) -> list[str]:
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
        *(currencies.decimal(amount, order.currency).replace(".", form.decimal) for amount in amounts),
        order.currency,
    ]


def harmless(text: str | None) -> str:
    """`text`, with a quotation mark before it where a spreadsheet would take it for a formula."""
    text = text or ""
    return f"'{text}" if FORMULA.match(text) else text


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""


def _written(rows: Iterable[Sequence[str]], form: Form) -> str:
    page = StringIO()
    csv.writer(page, delimiter=form.delimiter).writerows(rows)
    return page.getvalue()
