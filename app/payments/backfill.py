"""The backfill: fetches the provider's events that never arrived. They are worked on like those that did."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments import webhooks
from app.payments.models import Event
from app.runtime import schedule
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.stripe.gateway import Gateway

REACHED = "backfill"
"""The row of the schedule that says how far the last one came, as Unix time of the newest event."""

OVERLAP = 600
"""Seconds that a backfill goes back behind the last one: the list is not in the order in which events were made."""

REACH = timedelta(days=30)
"""For so long the provider keeps events: https://docs.stripe.com/api/events/list"""

BATCH = 100


async def backfill(session: Session, gateway: Gateway) -> int:
    """Store the events that are missing. How many these were. Committed. Raises PaymentError."""
    reached, new = await blocking(schedule.reached, session, REACHED), 0
    since = max(reached - OVERLAP, int((utcnow() - REACH).timestamp()))
    newest, events = reached, list[dict[str, Any]]()
    async for event in gateway.events(since):
        newest = max(newest, int(event.get("created", 0)))
        events.append(event)
    for part in _parts(events):
        new += await blocking(_keep, session, part)
    await blocking(schedule.remember, session, REACHED, newest, utcnow())
    return new


def _parts(events: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]


def _keep(session: Session, part: list[dict[str, Any]]) -> int:
    ids = [event["id"] for event in part]
    stored = set(session.scalars(sa.select(Event.event_id).where(Event.event_id.in_(ids))))
    new = [event for event in part if event["id"] not in stored]
    for event in new:
        webhooks.keep(session, json.dumps(event).encode(), utcnow())
    session.commit()
    return len(new)
