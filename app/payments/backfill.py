"""The backfill: fetches the provider's events that never arrived. They are worked on like those that did.

It walks along the provider's list, the newest event first, back to where the last walk began. Each page is stored
together with the place where the walk stands, so that a walk that is cut off goes on there.
"""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments import webhooks
from app.payments.models import Event
from app.runtime import schedule
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.stripe.errors import Misconfigured, Rejected
from app.stripe.gateway import Gateway, name_of

log = logging.getLogger(__name__)

REACHED = "backfill"
"""The row of the schedule that says how far the last whole walk came, as Unix time of the newest event."""

WALK = "backfill-walk"
"""The row of a walk that is not over: the newest event that it has seen, and the id of the last one."""

OVERLAP = 600
"""Seconds that a walk goes back behind the last one: the list is not in the order in which events were made."""

REACH = timedelta(days=30)
"""For so long the provider keeps events: https://docs.stripe.com/api/events/list"""


class Fetched(NamedTuple):
    """`new`: how many events were missing. `is_whole`: the walk came to its end."""

    new: int
    is_whole: bool


class _Walk(NamedTuple):
    since: int
    newest: int
    after: str


async def backfill(
    session: Session, gateway: Gateway, *, pages: int | None = None, halt: Callable[[], bool] = lambda: False
) -> Fetched:
    """Store the events that are missing. Committed page by page. Raises PaymentError.

    It ends after so many `pages`, or where `halt` says so, and the next call goes on there.
    """
    new, left = 0, pages
    while True:
        walk = begun = await blocking(_begin, session)
        try:
            async for page in gateway.events(walk.since, walk.after):
                stored, walk = await blocking(_keep, session, walk, page)
                new, left = new + stored, left and left - 1
                if left == 0 or halt():
                    return Fetched(new, is_whole=False)
        except Rejected as error:
            if isinstance(error, Misconfigured) or not begun.after:
                raise
            log.info("the backfill begins anew, since the provider refuses to go on: %s", error)
            await blocking(schedule.remember, session, WALK, 0, utcnow())
            continue
        await blocking(_end, session, walk)
        if not begun.after:  # else newer events may have come since the walk began
            return Fetched(new, is_whole=True)


def _begin(session: Session) -> _Walk:
    """From the newest event on, or from where the last walk was cut off."""
    reached = schedule.reached(session, REACHED)
    newest, after = schedule.cursor(session, WALK)
    since = max(reached - OVERLAP, int((utcnow() - REACH).timestamp()))
    return _Walk(since, newest if after else reached, after or "")


def _keep(session: Session, walk: _Walk, page: list[Any]) -> tuple[int, _Walk]:
    """How many events of the page were missing, and how the walk goes on."""
    named = {name: event for event in page if webhooks.NAME.fullmatch(name := name_of(event))}
    stored = set(session.scalars(sa.select(Event.event_id).where(Event.event_id.in_(named))))
    new = sum(_keep_one(session, event) for name, event in named.items() if name not in stored)
    after = next(reversed(named), walk.after)
    newest = max(walk.newest, *(_made(event) for event in named.values())) if named else walk.newest
    schedule.remember(session, WALK, newest, utcnow(), after)
    return new, walk._replace(newest=newest, after=after)


def _keep_one(session: Session, event: Any) -> bool:
    """Whether it is stored, and was not before. One that cannot be must not keep the walk from those after it."""
    try:
        with session.begin_nested():
            kept = webhooks.keep(session, json.dumps(event).encode(), utcnow())
            return kept is not None and kept.is_new
    except Exception:
        log.exception("event %s cannot be stored", name_of(event))
        return False


def _made(event: Any) -> int:
    """When it was made, as Unix time. Never later than now: what comes next would be left out."""
    made = event.get("created")
    return min(made, int(utcnow().timestamp())) if isinstance(made, int) else 0


def _end(session: Session, walk: _Walk) -> None:
    schedule.remember(session, REACHED, walk.newest, utcnow())
    schedule.remember(session, WALK, 0, utcnow())
