"""The backfill: fetches the provider's messages that never arrived. They are worked on like those that did."""

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
"""The row of the schedule that says how far the last one came, as Unix time of the newest message."""

OVERLAP = 600
"""Seconds that a backfill goes back behind the last one: the list is not in the order in which messages were made."""

REACH = timedelta(days=30)
"""For so long the provider keeps messages: https://docs.stripe.com/api/events/list"""

BATCH = 100


async def backfill(session: Session, gateway: Gateway) -> int:
    """Store the messages that are missing. How many these were. Committed. Raises PaymentError."""
    reached, new = await blocking(schedule.reached, session, REACHED), 0
    since = max(reached - OVERLAP, int((utcnow() - REACH).timestamp()))
    newest, messages = reached, list[dict[str, Any]]()
    async for message in gateway.events(since):
        newest = max(newest, int(message.get("created", 0)))
        messages.append(message)
    for part in _parts(messages):
        new += await blocking(_keep, session, part)
    await blocking(schedule.remember, session, REACHED, newest, utcnow())
    return new


def _parts(messages: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(messages), BATCH):
        yield messages[start : start + BATCH]


def _keep(session: Session, part: list[dict[str, Any]]) -> int:
    ids = [message["id"] for message in part]
    stored = set(session.scalars(sa.select(Event.event_id).where(Event.event_id.in_(ids))))
    new = [message for message in part if message["id"] not in stored]
    for message in new:
        webhooks.keep(session, json.dumps(message).encode(), utcnow())
    session.commit()
    return len(new)
