"""How long events of the provider and closed findings are kept."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments.derived_findings import DERIVED
from app.payments.models import Closing, Event, FindingRow
from app.runtime.config import settings
from app.runtime.retention import before, delete

OF_OTHERS_DAYS = 1
"""How long events are kept that are about no order of ours. The backfill looks back for minutes: it would fetch them
again and again if they went at once."""


def forget(session: Session, now: datetime) -> str | None:
    """Delete events that are done, or whose finding is closed, and closed findings whose cause is gone. Committed."""
    keep = settings().keep_days
    is_old = Event.received_at <= before(now, keep.events)
    is_done = Event.state == "done"
    of_others = Event.order_id.is_(None) & (Event.received_at <= before(now, OF_OTHERS_DAYS))
    is_closed = sa.exists().where(Closing.kind == "event", Closing.subject == Event.event_id)
    is_over = Closing.ended_at.is_not(None) | Closing.kind.not_in(DERIVED)
    is_shown = sa.exists().where(FindingRow.token == Closing.finding)
    return (
        delete(session, Event, is_done, of_others)
        or delete(session, Event, is_done, is_old)
        or delete(session, Event, Event.state == "failed", is_old, is_closed)
        or delete(session, Closing, Closing.closed_at <= before(now, keep.findings), is_over, ~is_shown)
    )
