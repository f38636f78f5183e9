"""An attempt to have an order paid: made in the order's transaction, sent after its commit, its answer recorded."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.orders.models import Order
from app.payments import branding, cancel, charged, collected, installation
from app.payments.ledger import Ledger
from app.payments.models import Attempt
from app.runtime.async_bridge import blocking
from app.runtime.config import Settings
from app.runtime.db import Moment, table, unattached, utcnow, write
from app.runtime.lease import LEASE
from app.runtime.statements import NewRows, Statement, insert_all
from app.shop import service as shop
from app.stripe.errors import Misconfigured, NotFound, PaymentError
from app.stripe.form import form
from app.stripe.gateway import API_VERSION, Gateway
from app.stripe.schemas import CheckoutSession

log = logging.getLogger(__name__)

SESSION_LASTS = timedelta(hours=23)
"""Longer than every hold, so that an unknown attempt can be replayed; below the provider's 24 hours."""

KEY_LASTS = timedelta(hours=23)
"""The provider forgets a key after 24 hours at the earliest: https://docs.stripe.com/api/idempotent_requests"""

SHORTEST = timedelta(minutes=31)
"""A session has to expire at least 30 minutes after it is made."""

SKEW = timedelta(minutes=5)
"""How far the provider's clock and ours may differ."""


FACTS = (installation.MARK, *shop.LOOK)
"""What an attempt needs besides its order, as columns of a query."""

_attempts, _orders = table(Attempt), table(Order)
_lock_order = sa.select(_orders.c.id).where(_orders.c.id == sa.bindparam("order")).with_for_update().scalar_subquery()
_is_unanswered = sa.or_(_attempts.c.status == "new", _attempts.c.status == "unknown")
_open = Statement(
    sa.update(_attempts)
    .where(_attempts.c.order_id == _lock_order)  # the order is locked first
    .where(_attempts.c.id == sa.bindparam("attempt"), _is_unanswered)
    # `new_`: a parameter of an UPDATE may not have the name of a column.
    .values(status="open", lease_until=None, session_id=sa.bindparam("new_session_id"), url=sa.bindparam("new_url"))
    .values(next_check_at=sa.bindparam("new_next_check_at", type_=Moment))
    .returning(_attempts.c.id)
)


def make(
    session: Session,
    settings: Settings,
    ledger: Ledger,
    now: datetime,
    *,
    facts: Any = None,
    also_insert: Sequence[NewRows] = (),
) -> Attempt:
    """Insert the order's next attempt, leased to the caller, who sends it after the commit.

    `facts` is a row with the columns of FACTS, where the caller has read it. `also_insert` are rows of the same order
    that are inserted in the same round trip. The returned attempt has all values that were inserted, but is not
    attached to the session.
    """
    key = secrets.token_urlsafe(24)
    order, expires_at = ledger.order, now + SESSION_LASTS
    if facts is None:
        facts = session.execute(sa.select(*FACTS)).one()
    mark = facts.mark or installation.mark(session)
    marks: dict[str, object] = {installation.INSTALLATION: mark, "order": order.id, installation.ATTEMPT: key}
    values = {
        "order_id": order.id,
        "seq": len(ledger.attempts) + 1,
        "idem_key": key,
        "body": _body(settings, order, marks, expires_at, facts),
        "api_version": API_VERSION,
        "expires_at": expires_at,
        "status": "new",
        "created_at": now,
        "first_sent_at": now,
        "lease_until": now + LEASE,
    }
    # `next_check_at` is the name of the column, `next_try_at` that of the model's attribute.
    row = {**values, "next_check_at": now + LEASE}
    attempt_id = insert_all(session.connection(), [*also_insert, (_attempts, [row])])
    attempt = unattached(Attempt, id=attempt_id, next_try_at=now + LEASE, **values)
    ledger.attempts.append(attempt)
    return attempt


def _body(settings: Settings, order: Order, marks: dict[str, object], expires_at: datetime, facts: Any) -> str:
    """https://docs.stripe.com/api/checkout/sessions/create"""
    lines = [
        {
            "quantity": line.quantity,
            "price_data": {
                "currency": order.currency.lower(),
                "unit_amount": line.unit_price,
                "product_data": {"name": line.name},
            },
        }
        for line in order.lines
    ]
    return form(
        {
            "mode": "payment",
            "client_reference_id": order.id,
            "success_url": f"{settings.public_url}/checkout/return/{marks[installation.ATTEMPT]}",
            "cancel_url": f"{settings.public_url}/orders/{order.id}",
            "expires_at": int(expires_at.timestamp()),
            "line_items": lines,
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
            **branding.asked_for(settings, facts),
            **charged.asked_for(settings),
            **collected.asked_for(settings),
        }
    )


async def send(session: Session, gateway: Gateway, attempt: Attempt, *, again: bool = False) -> PaymentError | None:
    """POST the attempt under its key, and record the answer before a buyer sees where to pay. The error, if any.

    `again`: it was sent before. A refusal of our key then says nothing of what became of the first call.
    """
    answer = await ask(gateway, attempt)
    return await blocking(record, session, attempt, answer, utcnow(), again=again)


async def ask(gateway: Gateway, attempt: Attempt) -> CheckoutSession | PaymentError:
    """POST the attempt under its key. Returns the answer, or the error, for `record`."""
    try:
        return await gateway.create_session(attempt.body, attempt.idem_key, attempt.api_version)
    except PaymentError as error:
        log.warning("attempt %s of order %s: %s", attempt.id, attempt.order_id, error)
        return error


def record(
    session: Session, attempt: Attempt, answer: CheckoutSession | PaymentError, now: datetime, *, again: bool = False
) -> PaymentError | None:
    """Record what `ask` returned. Returns the error, if it is one. `again` as for `send`. Committed.

    `attempt` itself changes only where a session was made and no webhook was faster.
    """
    if isinstance(answer, PaymentError):
        is_dead = answer.known and not (again and isinstance(answer, Misconfigured | NotFound))
        _record_failure(session, attempt.id, now, is_dead=is_dead)
        return answer
    _record_session(attempt, answer, now)
    return None


def _record_session(attempt: Attempt, made: CheckoutSession, now: datetime) -> None:
    """Set the attempt to open, unless a webhook was faster and has changed its status; `attempt` is as it was then.

    One UPDATE. It locks the order before the attempt, as does everything that changes an attempt's status.
    """
    next_look = attempt.next_look(now)
    which = {"attempt": attempt.id, "order": attempt.order_id}
    set_to = {"new_session_id": made.id, "new_url": made.url, "new_next_check_at": next_look}
    if write(_open, {**which, **set_to}):
        written = {"status": "open", "session_id": made.id, "url": made.url, "lease_until": None}
        for name, value in {**written, "next_try_at": next_look}.items():
            set_committed_value(attempt, name, value)  # it is in the database already: nothing is to be flushed


def _record_failure(session: Session, attempt_id: int, now: datetime, *, is_dead: bool) -> None:
    """A final refusal releases the stock. After any other error the provider may have made the session."""
    ledger, attempt = Ledger.lock_by_attempt(session, attempt_id)
    if attempt.status in ("new", "unknown"):
        if is_dead:
            cancel.mark_dead(session, ledger, attempt, "rejected", now)
        else:
            attempt.status = "unknown"
            attempt.put_off(now, soon=True)
    session.commit()


def replayable(attempt: Attempt, now: datetime) -> bool:
    """Whether the same request under the same key still leads to the same session, and to no other."""
    sent = attempt.first_sent_at or attempt.created_at
    return now - sent < KEY_LASTS and attempt.expires_at - now > SHORTEST


async def resolve(session: Session, gateway: Gateway, attempt: Attempt) -> CheckoutSession | None:
    """The session of an attempt whose answer never arrived; None where there is none yet, or none at all.

    What becomes known is recorded. Raises PaymentError where that has to wait.
    """
    if replayable(attempt, utcnow()):
        error = await send(session, gateway, attempt, again=True)
        if error is None or not attempt.is_live:
            return None
        if not error.look_up:
            raise error
    made = await _look_up(gateway, attempt)
    if made is None:
        await blocking(_declare_dead, session, attempt.id, utcnow())
    return made


async def _look_up(gateway: Gateway, attempt: Attempt) -> CheckoutSession | None:
    """By the time at which it may have been made: the provider's lists cannot be filtered by our reference."""
    sent = attempt.first_sent_at or attempt.created_at
    async for made in gateway.sessions(int((sent - SKEW).timestamp())):
        if (made.metadata or {}).get(installation.ATTEMPT) == attempt.idem_key:
            return made
    return None


def _declare_dead(session: Session, attempt_id: int, now: datetime) -> None:
    ledger, attempt = Ledger.lock_by_attempt(session, attempt_id)
    if attempt.status in ("new", "unknown"):
        log.warning("attempt %s of order %s was never made at the provider", attempt.id, ledger.order.id)
        cancel.mark_dead(session, ledger, attempt, "rejected", now)
    session.commit()


def by_key(session: Session, key: str) -> tuple[int, int] | None:
    """The ids of the attempt with this key and of its order. Committed."""
    row = session.execute(sa.select(Attempt.id, Attempt.order_id).where(Attempt.idem_key == key)).one_or_none()
    session.commit()
    return (row.id, row.order_id) if row else None
