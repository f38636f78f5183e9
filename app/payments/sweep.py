"""The sweep: looks for all that is unfinished, and brings it in line."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.payments import events, expiry, refunds
from app.payments.models import LIVE, UNSETTLED, Attempt, Event, Refund
from app.payments.settle import settle
from app.runtime import lease
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.log_context import note
from app.runtime.tracing import span
from app.stripe.gateway import Gateway

log = logging.getLogger(__name__)

BATCH = 100

mended = Signal()
"""With the `kind` of what a sweep brought in line."""

Do = Callable[[Any], Awaitable[object]]


@dataclass
class Report:
    """`mended`: what changed, as `{kind, id, order, before, after}`. `broken`: what failed by a bug of ours.

    `seen` is what needs no other look in this report. `halt` says when to stop: the work at hand is finished, and the
    rest is left to the next sweep.
    """

    seen: set[tuple[str, Any]] = field(default_factory=set)
    broken: dict[tuple[str, Any], str] = field(default_factory=dict)
    halt: Callable[[], bool] = lambda: False
    mended: list[dict[str, Any]] = field(default_factory=list)

    def note(self, kind: str, key: Any, order: int | None, before: str, after: str) -> None:
        if before != after:
            self.mended.append({"kind": kind, "id": key, "order": order, "before": before, "after": after})
            mended.send(self, kind=kind)
            log.info("%s %s of order %s: %s -> %s", kind, key, order, before, after)


async def sweep(session: Session, gateway: Gateway, report: Report, *, whole: bool = False) -> Report:
    """Work on all that is due, each once. `whole`: on all that is unfinished, due or not."""
    expired = partial(expiry.expired, session, limit=None if whole else BATCH)
    await _each(session, report, "order", expired, partial(expiry.begin_cancel, session))
    now = utcnow()
    states = events.UNDONE if whole else ("new",)
    work: list[tuple[str, sa.Select[Any], Callable[..., Awaitable[object]]]] = [
        ("attempt", due_keys(Attempt, Attempt.status.in_(LIVE), now, whole=whole), settle),
        ("event", due_keys(Event, Event.state.in_(states), now, whole=whole), events.process),
        ("refund", due_keys(Refund, Refund.status.in_(UNSETTLED), now, whole=whole), refunds.settle),
    ]
    for kind, due, do in work:
        await _each(session, report, kind, partial(_ids, session, due), partial(do, session, gateway))
    return report


async def _each(session: Session, report: Report, kind: str, find: Callable[[], list[Any]], do: Do) -> None:
    """Call `do` with each key that `find` gives and that this report has not seen."""
    for key in await blocking(find):
        if report.halt():
            return
        if (kind, key) in report.seen:
            continue
        order, before = await blocking(_state, session, kind, key)
        note(job=f"sweep: {kind} {key}", order_id=order)
        try:
            with span(f"sweep {kind}", "consumer", {"kiosk.job": f"{kind} {key}"}):
                done = await do(key)
        except Exception as error:  # one row that breaks must not keep the sweep from those after it
            log.exception("%s %s", kind, key)
            await blocking(session.rollback)
            report.broken[kind, key] = repr(error)
            continue
        if done is not False:
            report.seen.add((kind, key))
            report.broken.pop((kind, key), None)
        _, after = await blocking(_state, session, kind, key)
        report.note(kind, key, order, before, after)


def due_keys(model: Any, is_unfinished: sa.ColumnElement[bool], now: datetime, *, whole: bool) -> sa.Select[Any]:
    """The keys of unfinished rows that are due and that no process works on."""
    key = sa.inspect(model).primary_key[0]
    query = sa.select(key).where(is_unfinished).order_by(model.next_try_at, key)
    return query if whole else query.where(model.next_try_at <= now, lease.is_free(model, now)).limit(BATCH)


def _ids(session: Session, query: sa.Select[Any]) -> list[Any]:
    ids = list(session.scalars(query))
    session.commit()
    return ids


KEYED = {
    "order": (Order.id, Order.status, Order.id),
    "attempt": (Attempt.id, Attempt.status, Attempt.order_id),
    "event": (Event.event_id, Event.state, Event.order_id),
    "refund": (Refund.id, Refund.status, sa.null()),
}


def _state(session: Session, kind: str, key: Any) -> tuple[int | None, str]:
    """The order's id and the state of a row."""
    column, state, order = KEYED[kind]
    row = session.execute(sa.select(order, state).where(column == key)).one()
    session.commit()
    return row[0], row[1]
