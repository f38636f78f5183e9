"""Which orders a list shows, and in which order: words, status, dates, buyer."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import NUMBER_FROM, Order, OrderLine, OrderStatus
from app.runtime import time_zones
from app.runtime.db import BigId
from app.runtime.errors import Invalid
from app.runtime.search import Searched, words
from app.shop import service as shop
from app.users.models import User
from app.users.search import is_called
from app.users.signed_in import SignedInUser

Sorting = Literal["created_at", "-created_at", "paid_at", "-paid_at", "total", "-total", "status", "-status"]
"""A minus stands for the other way round."""

NUMBER = re.compile(r"[Kk]?([0-9]{1,15})")


@dataclass(frozen=True)
class Search:
    """`begin` is the first moment that counts, and `end` the first that counts no more. None sets no bound."""

    words: str = ""
    status: OrderStatus | None = None
    begin: datetime | None = None
    end: datetime | None = None
    buyer_id: int | None = None
    sort: Sorting = "-created_at"

    def condition(self, session: Session, viewer: SignedInUser) -> sa.ColumnElement[bool]:
        """The condition for orders that `viewer` may see and that fit."""
        wanted = [sa.true() if viewer.is_staff else Order.user_id == viewer.id]
        if self.buyer_id is not None:
            wanted.append(Order.user_id == self.buyer_id)
        if self.status is not None:
            wanted.append(Order.status == self.status)
        if self.begin is not None:
            wanted.append(Order.created_at >= self.begin)
        if self.end is not None:
            wanted.append(Order.created_at < self.end)
        is_of_one = not viewer.is_staff or self.buyer_id is not None
        holds = _of_one_holds if is_of_one else _holds
        return sa.and_(*wanted, *(holds(session, word) for word in words(self.words)))

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def sorted_by(self) -> list[sa.ColumnElement[Any]]:
        """What the orders are sorted by, before their ids: ids grow with time, and so stand for it."""
        name = self.sort.removeprefix("-")
        return [] if name == "created_at" else [sa.inspect(Order).columns[name]]

    def ordering(self) -> list[sa.ColumnElement[Any]]:
        """The other way round also among equal ones, so that one index does for both.

        Orders without a time of payment are last, either way.
        """
        way = sa.desc if self.is_descending else sa.asc
        first = [way(each).nulls_last() if each.nullable else way(each) for each in self.sorted_by]
        return [*first, way(Order.id)]


_lines = Searched(OrderLine.id, OrderLine.name)
_newest = sa.select(OrderLine.id).order_by(OrderLine.id.desc())


def _holds(session: Session, word: str) -> sa.ColumnElement[bool]:
    """The order's number is `word`, or its buyer or one of its items holds it."""
    buyers = sa.select(User.id).where(is_called(session, word))
    orders = [
        sa.select(Order.id).where(Order.user_id.in_(buyers)),
        sa.select(OrderLine.order_id).where(_lines.holding(session, [word], _newest)),
    ]
    if number := NUMBER.fullmatch(word):
        orders.append(sa.select(sa.literal(int(number[1]) - NUMBER_FROM, BigId)))
    return Order.id.in_(sa.union_all(*orders))


def _of_one_holds(session: Session, word: str) -> sa.ColumnElement[bool]:
    """The same for the few orders of one buyer: each of them is looked at."""
    line = sa.exists().where(OrderLine.order_id == Order.id, OrderLine.name.icontains(word, autoescape=True))
    condition = sa.exists().where(User.id == Order.user_id, is_called(session, word)) | line
    if number := NUMBER.fullmatch(word):
        condition |= Order.id == int(number[1]) - NUMBER_FROM
    return condition


def begin_of(text: str | None, field: str) -> datetime | None:
    """The moment that `text` names, or the first one of a day in the shop's time zone. Raises Invalid for `field`."""
    moment = _read(text, field)
    return moment if isinstance(moment, datetime | None) else _first_moment(moment)


def end_of(text: str | None, field: str) -> datetime | None:
    """As `begin_of`; a day counts whole."""
    moment = _read(text, field)
    return moment if isinstance(moment, datetime | None) else _first_moment(moment, timedelta(days=1))


def _first_moment(day: date, later: timedelta = timedelta()) -> datetime | None:
    """None, which sets no bound, where it would be before all times or after them."""
    try:
        return time_zones.begin_of(day + later, shop.time_zone())
    except OverflowError:
        return None


def _read(text: str | None, field: str) -> date | datetime | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid.field(
            field, "Write a day, such as 2026-01-31, or a time, such as 2026-01-31T12:00:00Z."
        ) from error
