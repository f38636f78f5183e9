"""The sweep: finds everything unfinished and brings it in line, so that nobody has to."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy.orm import Session

from app.orders.models import LIVE, Attempt, Order
from app.payments import attempts, refunds, webhooks
from app.payments.inbox import Event
from app.payments.money import Refund
from app.payments.settle import settle
from app.runtime import schedule
from app.runtime.async_bridge import blocking
from app.runtime.db import now as at_once
from app.runtime.log_context import note
from app.runtime.tracing import span
from app.stripe.gateway import Gateway

log = logging.getLogger(__name__)

BATCH = 100
OVERLAP = 600
"""Seconds by which a backfill reaches back behind the last one: messages are not listed in the order they were made."""

REACH = timedelta(days=30)
"""As far as the provider keeps messages."""

mended = Signal()
"""With the `kind` of what a sweep brought in line."""

Do = Callable[[Any], Awaitable[object]]


@dataclass
class Report:
    """What was looked at, what changed by it (`{kind, id, order, before, after}`), and on what our own code broke.

    `halt` says that enough was done: what is under way is finished, and the rest is left to the next sweep.
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
    """Everything that is due, each thing once; `whole` means everything unfinished, due or not."""
    await _each(session, report, "order", lambda: _expired(session, whole=whole), lambda key: _wind_down(session, key))
    now = at_once()
    work: list[tuple[str, sa.Select[Any], Callable[..., Awaitable[object]]]] = [
        ("attempt", _due(Attempt, LIVE, now, whole=whole), settle),
        ("event", _due(Event, webhooks.UNDONE if whole else ("new",), now, whole=whole), webhooks.process),
        ("refund", _due(Refund, refunds.UNSETTLED, now, whole=whole), refunds.settle),
    ]
    for kind, due, do in work:
        await _each(session, report, kind, partial(_ids, session, due), partial(do, session, gateway))
    return report


async def _each(session: Session, report: Report, kind: str, find: Callable[[], list[Any]], do: Do) -> None:
    """`do` each thing that `find` finds and that this report has not seen yet."""
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
        except Exception as error:  # one that breaks must not keep the sweep from all that come after it
            log.exception("%s %s", kind, key)
            await blocking(session.rollback)
            report.broken[kind, key] = repr(error)
            continue
        if done is not False:
            report.seen.add((kind, key))
            report.broken.pop((kind, key), None)
        _, after = await blocking(_state, session, kind, key)
        report.note(kind, key, order, before, after)


def _due(model: Any, states: tuple[str, ...], now: datetime, *, whole: bool) -> sa.Select[Any]:
    """The keys of rows that somebody has to look at and nobody is looking at."""
    at = model.next_try_at if model is Event else model.next_check_at
    state = model.state if model is Event else model.status
    key = sa.inspect(model).primary_key[0]
    query = sa.select(key).where(state.in_(states)).order_by(at, key)
    if whole:
        return query
    free = model.lease_until.is_(None) | (model.lease_until < now)
    return query.where(at <= now, free).limit(BATCH)


def _ids(session: Session, query: sa.Select[Any]) -> list[Any]:
    found = list(session.scalars(query))
    session.commit()
    return found


KEYED = {
    "order": (Order, Order.id, Order.status, Order.id),
    "attempt": (Attempt, Attempt.id, Attempt.status, Attempt.order_id),
    "event": (Event, Event.event_id, Event.state, Event.order_id),
    "refund": (Refund, Refund.id, Refund.status, sa.null()),
}


def _state(session: Session, kind: str, key: Any) -> tuple[int | None, str]:
    _, column, state, order = KEYED[kind]
    found = session.execute(sa.select(order, state).where(column == key)).one()
    session.commit()
    return found[0], found[1]


def _expired(session: Session, *, whole: bool) -> list[int]:
    """Orders whose time to pay is over, and those that were left in the middle of being cancelled."""
    alive = sa.exists().where(Attempt.order_id == Order.id, Attempt.status.in_(LIVE))
    over = (Order.status == "pending") & (Order.hold_until <= at_once())
    left = (Order.status == "cancelling") & ~alive
    query = sa.select(Order.id).where(over | left).order_by(Order.id)
    return _ids(session, query if whole else query.limit(BATCH))


async def _wind_down(session: Session, order_id: int) -> None:
    await blocking(begin_cancel, session, order_id, at_once())


def begin_cancel(session: Session, order_id: int, now: datetime) -> Order | None:
    """One transaction: the order is being cancelled, and its attempt due at once; without one it is over already."""
    order = attempts.lock(session, Order.id == order_id)
    if order is not None:
        if order.status == "pending":
            order.move("cancelling")
        if order.status == "cancelling":
            if order.live_attempt is None:
                attempts.close(session, order)
            else:
                order.live_attempt.next_check_at = now
    session.commit()
    return order


async def backfill(session: Session, gateway: Gateway) -> int:
    """Fetch the messages that never came; they go the way of those that did. How many were new."""
    reached, new = await blocking(schedule.reached, session, "backfill"), 0
    since = max(reached - OVERLAP, int((at_once() - REACH).timestamp()))
    newest, batch = reached, list[dict[str, Any]]()
    async for event in gateway.events(since):
        newest = max(newest, int(event.get("created", 0)))
        batch.append(event)
    for part in _parts(batch):
        new += await blocking(_keep, session, part)
    await blocking(schedule.remember, session, "backfill", newest, at_once())
    return new


def _parts(batch: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(batch), BATCH):
        yield batch[start : start + BATCH]


def _keep(session: Session, part: list[dict[str, Any]]) -> int:
    there = set(session.scalars(sa.select(Event.event_id).where(Event.event_id.in_([each["id"] for each in part]))))
    new = [each for each in part if each["id"] not in there]
    for event in new:
        webhooks.keep(json.dumps(event).encode(), at_once())
    session.commit()
    return len(new)
