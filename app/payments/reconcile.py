"""`kiosk reconcile`: one whole sweep now, with backfill and audit, and a report of what it could mend and what not."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.payments import findings
from app.payments.audit import audit
from app.payments.backfill import backfill
from app.payments.models import LIVE, UNSETTLED, Attempt, Event, Refund
from app.payments.sweep import Report, sweep
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.lease import LEASE
from app.stripe.errors import PaymentError
from app.stripe.gateway import Gateway

ROUND_SECONDS = 1
ROUNDS = 3
BUSY_ROUNDS = 10
"""Of those that find news, as each does on a busy account. What comes later is the worker's."""

PATIENCE = LEASE.total_seconds() + 15
"""Seconds to wait for the rows of a process that was killed: its leases run out in that time."""


class ReportedFinding(msgspec.Struct, frozen=True):
    """An open finding; without an `id` a row on which our own code has failed just now."""

    id: str | None
    kind: str
    subject: str
    words: str
    order_id: int | None


class Reconciled(msgspec.Struct, frozen=True):
    """`mended`: what changed. `needs_person`: what no rule settles. `unreachable`: why the provider was not asked.

    `fetched` is the number of events that had never arrived, `unfinished` that of rows which wait for the provider.
    """

    mended: list[dict[str, Any]]
    fetched: int
    needs_person: list[ReportedFinding]
    unfinished: int
    unreachable: str | None

    @property
    def is_clean(self) -> bool:
        return not self.needs_person and not self.unfinished and self.unreachable is None

    def lines(self) -> Iterator[str]:
        """The report in words, a line each."""
        for each in self.mended:
            yield f"mended: {each['kind']} {each['id']} of order {each['order']}: {each['before']} -> {each['after']}"
        if self.fetched:
            yield f"fetched: {self.fetched} events that never came"
        for finding in self.needs_person:
            yield f"needs a person: {finding.kind} {finding.subject}: {finding.words}"
        if self.unfinished:
            yield f"unfinished: {self.unfinished} things that the provider has to answer first"
        if self.unreachable:
            yield f"the provider cannot be asked: {self.unreachable}"
        if self.is_clean and not self.mended and not self.fetched:
            yield "all is in line"


async def reconcile(session: Session, gateway: Gateway) -> Reconciled:
    """Fetch missing events, sweep until nothing is left that can be finished, audit."""
    report, fetched, until = Report(), 0, time.monotonic() + PATIENCE
    number = busy = 0
    while True:
        number += 1
        known, began = len(report.mended), utcnow()
        new, unreachable = await _fetch(session, gateway)
        fetched += new
        await sweep(session, gateway, report, whole=True)
        left, was_leased = await blocking(left_over, session, began)  # a lease that ended meanwhile needs a round more
        goes_on = new or len(report.mended) > known  # what this sweep did leads to events of its own
        if unreachable or not (left or goes_on):
            break
        if goes_on:  # the patience is for leases of killed processes, however long the work itself takes
            until = time.monotonic() + PATIENCE
            busy += 1
        if busy == BUSY_ROUNDS or (number >= ROUNDS and not (was_leased or goes_on)) or time.monotonic() > until:
            break
        if left:
            await asyncio.sleep(ROUND_SECONDS)
    try:
        await audit(session, gateway)
    except PaymentError as error:
        unreachable = str(error)
    needed = await blocking(_unclosed, session, utcnow())
    needed += [
        ReportedFinding(None, kind, str(key), f"It broke: {words}", None)
        for (kind, key), words in report.broken.items()
    ]
    return Reconciled(report.mended, fetched, needed, left, unreachable)


async def _fetch(session: Session, gateway: Gateway) -> tuple[int, str | None]:
    """How many events were missing, or why the provider could not be asked."""
    try:
        return (await backfill(session, gateway)).new, None
    except PaymentError as error:
        return 0, str(error)


def left_over(session: Session, since: datetime) -> tuple[int, bool]:
    """The number of rows that are not finished, and whether a process held one after `since`, alive or killed."""
    number = sa.func.count()
    open_attempts = (
        sa.select(number)
        .select_from(Attempt)
        .join(Order)
        .where(
            Attempt.status.in_(LIVE),
            Attempt.status.in_(("new", "unknown"))
            | Attempt.lease_until.is_not(None)
            | ((Attempt.status == "open") & Order.status.not_in(("pending", "processing"))),  # has to be ended first
        )
    )
    new_events = sa.select(number).select_from(Event).where(Event.state == "new")
    new_refunds = sa.select(number).select_from(Refund).where(Refund.status.in_(("new", "unknown")))
    left = sum(session.scalar(query) or 0 for query in (open_attempts, new_events, new_refunds))
    of_refund = Refund.status.in_(UNSETTLED)
    unfinished = ((Attempt, Attempt.status.in_(LIVE)), (Event, Event.state == "new"), (Refund, of_refund))
    leased = (sa.exists().where(is_unfinished, each.lease_until > since) for each, is_unfinished in unfinished)
    is_leased = bool(session.scalar(sa.select(sa.or_(*leased))))
    session.commit()
    return left, is_leased


def _unclosed(session: Session, now: datetime) -> list[ReportedFinding]:
    findings.end(session, now)
    unclosed = findings.unclosed(session, now)
    session.commit()
    return [ReportedFinding(each.id, each.kind, each.subject, each.words, each.order_id) for each in unclosed]
