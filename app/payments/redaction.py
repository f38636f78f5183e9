"""Reduces an event of the provider to the fields that Kiosk reads, and to nothing about a person.

A whole event holds names, addresses, emails and telephone numbers of payers, and its row outlives their account.
"""

import re
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments.models import Event

OF_EVENT = ("object", "created", "livemode")
"""Kept of the event besides `id` and `type`: https://docs.stripe.com/api/events/object"""

OF_OBJECT = (
    *("id", "object", "created", "livemode", "status", "payment_status", "currency"),
    *("amount", "amount_total", "amount_refunded", "payment_intent", "charge"),
)
"""Kept of the object that the event is about. Every field that Kiosk reads is one of these."""

MARKS = {"attempt", "refund"}
"""Metadata with one of these names is ours and is kept. What another system writes there may be about a person."""

TOKEN = re.compile(r"[\w.:-]{1,255}", re.ASCII)
BEGIN = b'{"reduced":true,'
NOTHING = BEGIN[:-1] + b',"data":null}'
"""What is kept of an event that is about no order of ours."""

BATCH = 200


def reduced(body: bytes) -> bytes:
    """The event `body` with the fields above alone, and of these those that hold a number or a single word.

    Raises msgspec.DecodeError, UnicodeDecodeError.
    """
    event = msgspec.json.decode(body, type=dict[str, Any])
    data = event.get("data")
    subject = data.get("object") if isinstance(data, dict) else None
    if isinstance(subject, dict):
        metadata = subject.get("metadata")
        marks = metadata if isinstance(metadata, dict) and not MARKS.isdisjoint(metadata) else {}
        subject = {**_of(subject, OF_OBJECT), "metadata": _of(marks, marks)}
    else:
        subject = {}
    names = {name: event[name] for name in ("id", "type") if name in event}
    related = event.get("related_object")  # of a thin event, which holds no data
    about = {"related_object": _of(related, ("id", "type"))} if isinstance(related, dict) else {}
    return BEGIN + msgspec.json.encode({**names, **_of(event, OF_EVENT), **about, "data": {"object": subject}})[1:]


def _of(fields: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: fields[name] for name in names if _is_impersonal(fields.get(name))}


def _is_impersonal(value: object) -> bool:
    if isinstance(value, str):
        return TOKEN.fullmatch(value) is not None
    return isinstance(value, int) and abs(value) < 2**53


def reduce_all(session: Session) -> int:
    """Reduce the events that an older release has stored whole, as it does while both run. Committed.

    How many there were.
    """
    whole = sa.func.substr(Event.body, 1, len(BEGIN)) != BEGIN
    events: Any = Event.__table__
    shorter = sa.update(events).where(events.c.event_id == sa.bindparam("key")).values(body=sa.bindparam("kept"))
    query, count = sa.select(Event.event_id, Event.body).where(whole).order_by(Event.event_id), 0
    part = session.execute(query.limit(BATCH)).all()
    while part:
        session.connection().execute(shorter, [{"key": row.event_id, "kept": reduced(row.body)} for row in part])
        session.commit()
        count, last = count + len(part), part[-1].event_id
        part = session.execute(query.where(Event.event_id > last).limit(BATCH)).all()
    return count
