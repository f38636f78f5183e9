"""What a worker does for payments: the handler of an event, the sweep and the chores.

JOBS, EACH_TURN and CHORES in app/__init__.py list them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from app.payments import events, redaction
from app.payments.audit import audit
from app.payments.backfill import backfill
from app.payments.sweep import Report, sweep
from app.runtime.db import db
from app.runtime.schedule import TryLater, schedule
from app.stripe.errors import PaymentError
from app.stripe.gateway import gateway


async def handle_event(event_id: str) -> None:
    """The handler of the job "event"."""
    await events.process(db.session(), gateway(), event_id)


async def run_sweep(session: Session, _: datetime) -> None:
    """Raises TryLater where the provider does not answer."""
    with _needs_the_provider():
        await sweep(session, gateway(), Report(halt=schedule().is_stopping))


async def run_backfill(session: Session, _: datetime) -> None:
    """Raises TryLater where the provider does not answer."""
    with _needs_the_provider():
        await backfill(session, gateway())


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
