"""What a worker does for payments: the handler of an event, the sweep and the chores.

JOBS, EACH_TURN and CHORES in app/__init__.py list them.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from app.payments import events, redaction
from app.payments.audit import audit
from app.payments.backfill import backfill
from app.payments.sweep import Report, sweep
from app.runtime.db import db
from app.runtime.schedule import UNFINISHED, TryLater, schedule
from app.stripe.errors import PaymentError
from app.stripe.gateway import gateway

SWEEP_SECONDS = 60
"""How long a sweep goes on to the next row. What is left is due at the next turn."""

PAGES = 8
"""Of the provider's events, in one turn."""


async def handle_event(event_id: str) -> None:
    """The handler of the job "event"."""
    await events.process(db.session(), gateway(), event_id)


async def run_sweep(session: Session, _: datetime) -> None:
    """Raises TryLater where the provider does not answer."""
    until = time.monotonic() + SWEEP_SECONDS
    stopping = schedule().is_stopping
    with _needs_the_provider():
        await sweep(session, gateway(), Report(halt=lambda: stopping() or time.monotonic() > until))


async def run_backfill(session: Session, _: datetime) -> str | None:
    """UNFINISHED where there are more pages than one turn takes. Raises TryLater where the provider does not answer."""
    with _needs_the_provider():
        fetched = await backfill(session, gateway(), pages=PAGES, halt=schedule().is_stopping)
    return None if fetched.is_whole else UNFINISHED


async def run_audit(session: Session, _: datetime) -> None:
    """Raises TryLater where the provider does not answer."""
    with _needs_the_provider():
        await audit(session, gateway())


@contextmanager
def _needs_the_provider() -> Iterator[None]:
    try:
        yield
    except PaymentError as error:
        raise TryLater(str(error)) from error


def reduce_events(session: Session, _: datetime) -> None:
    redaction.reduce_all(session)
