"""`kiosk reconcile`: one whole sweep now, and what it found."""

import asyncio
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from app.orders.models import LEASE
from app.payments import audit, findings
from app.payments.sweep import Report, backfill, sweep
from app.runtime.async_bridge import blocking
from app.runtime.db import now as at_once
from app.stripe.errors import PaymentError
from app.stripe.gateway import Gateway

ROUND_SECONDS = 1
ROUNDS = 3
PATIENCE = LEASE.total_seconds() + 15
"""Seconds to wait for whoever was killed in the middle of something: so long is its lease."""


class Needed(msgspec.Struct, frozen=True):
    """A finding that is open; without an `id` something that our own code broke on just now."""

    id: str | None
    kind: str
    subject: str
    words: str
    order_id: int | None


class Reconciled(msgspec.Struct, frozen=True):
    """`mended`: what changed; `needs_person`: what no rule settles; `unreachable`: why the provider was not asked."""

    mended: list[dict[str, Any]]
    fetched: int
    needs_person: list[Needed]
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
            yield f"fetched: {self.fetched} messages that never came"
        for need in self.needs_person:
            yield f"needs a person: {need.kind} {need.subject}: {need.words}"
        if self.unfinished:
            yield f"unfinished: {self.unfinished} things that the provider has to answer first"
        if self.unreachable:
            yield f"the provider cannot be asked: {self.unreachable}"
        if self.is_clean and not self.mended and not self.fetched:
            yield "all is in line"


async def reconcile(session: Session, gateway: Gateway) -> Reconciled:
    """Fetch what never came, sweep until nothing is left that can be finished, compare the books."""
    report, fetched, until = Report(), 0, time.monotonic() + PATIENCE
    for number in count(1):
        known = len(report.mended)
        new, unreachable = await _fetch(session, gateway)
        fetched += new
        await sweep(session, gateway, report, whole=True)
        left, is_leased = await blocking(audit.left_over, session, at_once())
        goes_on = new or len(report.mended) > known  # what this sweep did leads to messages of its own
        if unreachable or not (left or goes_on):
            break
        if goes_on:  # patience is for those who were killed, however long the work itself takes
            until = time.monotonic() + PATIENCE
        if (number >= ROUNDS and not (is_leased or goes_on)) or time.monotonic() > until:
            break
        if left:
            await asyncio.sleep(ROUND_SECONDS)
    try:
        await audit.audit(session, gateway)
    except PaymentError as error:
        unreachable = str(error)
    await blocking(findings.end, session, at_once())
    found = await blocking(findings.unclosed, session, at_once())
    await blocking(session.commit)
    needed = [Needed(each.id, each.kind, each.subject, each.words, each.order_id) for each in found]
    needed += [Needed(None, kind, str(key), f"It broke: {words}", None) for (kind, key), words in report.broken.items()]
    return Reconciled(report.mended, fetched, needed, left, unreachable)


async def _fetch(session: Session, gateway: Gateway) -> tuple[int, str | None]:
    """How many messages had never come, or why nobody could be asked."""
    try:
        return await backfill(session, gateway), None
    except PaymentError as error:
        return 0, str(error)
