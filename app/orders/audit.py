"""The audit: our books against the provider's and against themselves. A difference is shown, never overwritten."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.bridge import blocking
from app.currencies import written
from app.db import insert_once
from app.db import now as at_once
from app.items.models import Item
from app.orders.inbox import Event, Finding
from app.orders.models import LIVE, Attempt, Hold, Order
from app.orders.money import OVER, Dispute, Payment, Refund
from app.orders.settle import settle
from app.payments.errors import NotFound
from app.payments.gateway import Gateway
from app.payments.shapes import CheckoutSession, PaymentIntent

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=48)
SETTLING = timedelta(minutes=5)
"""What is younger may still be on its way."""

STUCK = timedelta(hours=24)
AT_ONCE = 500
"""Names that one query asks for."""


class Needed(msgspec.Struct, frozen=True):
    """Something that needs a person, in words."""

    kind: str
    subject: str
    words: str
    order_id: int | None


async def audit(session: Session, gateway: Gateway) -> None:
    """Compare, mend what settling mends, and write down the rest. Committed."""
    now = at_once()
    since = await blocking(_since, session, now)
    paid = [each async for each in gateway.intents(int(since.timestamp())) if each.status == "succeeded"]
    missing = await blocking(_missing, session, paid)
    for intent in missing:
        attempt_id = await blocking(_attempt_of, session, intent)
        if attempt_id is not None:
            await settle(session, gateway, attempt_id)
    paid += await _older(gateway, await blocking(_unlisted, session, paid, since))
    found = await blocking(_compare, session, paid, since)
    found += await _foreign(session, gateway, since, {each.subject for each in found})
    await blocking(_write, session, found, now)


def _since(session: Session, now: datetime) -> datetime:
    """Far enough back to see again what was found before: a finding ends by being mended, not by growing old."""
    oldest = session.scalar(sa.select(sa.func.min(Finding.found_at)))
    session.commit()
    return min(now, oldest or now) - WINDOW


def _unlisted(session: Session, paid: list[PaymentIntent], since: datetime) -> list[str]:
    """Payments of this time in our books that the provider did not list: made earlier, maybe, and paid late."""
    listed = {each.id for each in paid}
    found = list(session.scalars(sa.select(Payment.payment_intent).where(_recent(since))))
    session.commit()
    return [name for name in found if name not in listed]


async def _older(gateway: Gateway, names: list[str]) -> list[PaymentIntent]:
    found = []
    for name in names:
        with suppress(NotFound):
            found.append(await gateway.get_intent(name))
    return found


def _recent(since: datetime) -> sa.ColumnElement[bool]:
    return (Payment.created_at > since + SETTLING) & ~Payment.payment_intent.startswith("none:")


def _missing(session: Session, paid: list[PaymentIntent]) -> list[PaymentIntent]:
    known = _known(session, Payment.payment_intent, (each.id for each in paid))
    session.commit()
    return [each for each in paid if each.id not in known and "attempt" in each.metadata]


def _known(session: Session, column: sa.orm.InstrumentedAttribute[Any], values: Iterable[Any]) -> set[Any]:
    """Which of `values` stand in `column`: however many rows there are, only these are read."""
    asked, found = list(values), set[Any]()
    for start in range(0, len(asked), AT_ONCE):
        found.update(session.scalars(sa.select(column).where(column.in_(asked[start : start + AT_ONCE]))))
    return found


async def _foreign(session: Session, gateway: Gateway, since: datetime, told: set[str]) -> list[Needed]:
    """Money for our orders that came through sessions which this shop did not make, and has not gone back."""
    paid = [each async for each in gateway.sessions(int(since.timestamp())) if each.payment_status == "paid"]
    found = []
    for each, order_id in await blocking(_strange, session, paid):
        intent = each.payment_intent or each.id
        if intent not in told and not await _went_back(gateway, each):
            money = written(each.amount_total or 0, (each.currency or "").upper())
            words = f"{money} came in by session {each.id}, which names this order and was not made by this shop."
            found.append(Needed("payment_foreign", intent, words, order_id))
    return found


def _strange(session: Session, paid: list[CheckoutSession]) -> list[tuple[CheckoutSession, int]]:
    """Sessions that name an order of ours and are no attempt's, each with the order."""
    marks = [(each.metadata or {}).get("attempt", "") for each in paid]
    known = _known(session, Attempt.session_id, (each.id for each in paid)) | _known(session, Attempt.idem_key, marks)
    named = [
        (each, int(each.client_reference_id or ""))
        for each, mark in zip(paid, marks, strict=True)
        if known.isdisjoint((each.id, mark)) and _is_id(each.client_reference_id or "")
    ]
    ours = _known(session, Order.id, (order_id for _, order_id in named))
    session.commit()
    return [(each, order_id) for each, order_id in named if order_id in ours]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16  # noqa: PLR2004 -- more than any id of ours has


async def _went_back(gateway: Gateway, paid: CheckoutSession) -> bool:
    if paid.payment_intent is None:
        return False
    back = [each.amount async for each in gateway.refunds(paid.payment_intent) if each.status not in OVER]
    return sum(back) >= (paid.amount_total or 0)


def _attempt_of(session: Session, intent: PaymentIntent) -> int | None:
    found = session.scalar(sa.select(Attempt.id).where(Attempt.idem_key == intent.metadata.get("attempt")))
    session.commit()
    return found


def _compare(session: Session, paid: list[PaymentIntent], since: datetime) -> list[Needed]:
    found = []
    for intent in _missing(session, paid):
        words = f"{written(intent.amount_received, intent.currency.upper())} came in, and no order has it."
        found.append(Needed("payment_missing", intent.id, words, None))
    at_provider = {each.id: each for each in paid}
    for payment in session.scalars(sa.select(Payment).where(_recent(since))):
        there = at_provider.get(payment.payment_intent)
        if there is None:
            words = f"Payment {payment.payment_intent} is in our books and not in the provider's."
            found.append(Needed("payment_unknown", payment.payment_intent, words, payment.order_id))
        elif there.amount_received != payment.amount:
            ours = written(payment.amount, payment.currency)
            theirs = written(there.amount_received, there.currency.upper())
            words = f"{ours} of {there.id} are in our books, {theirs} in the provider's."
            found.append(Needed("payment_differs", there.id, words, payment.order_id))
    found += _stock(session)
    session.commit()
    return found


def _stock(session: Session) -> list[Needed]:
    held = sa.func.coalesce(sa.func.sum(Hold.quantity), 0)
    summed = (
        sa.select(Item.id, Item.name, Item.held, held.label("total"))
        .outerjoin(Hold, (Hold.item_id == Item.id) & (Hold.state == "held"))
        .group_by(Item.id, Item.name, Item.held)
        .having(Item.held != held)
    )
    return [
        Needed("stock_differs", str(row.id), f"{row.held} of {row.name!r} are held, and orders hold {row.total}.", None)
        for row in session.execute(summed)
    ]


def _write(session: Session, found: list[Needed], now: datetime) -> None:
    """The findings are those of the last audit: what was mended since is no longer one."""
    kept = {(each.kind, each.subject): each for each in found}
    for old in session.scalars(sa.select(Finding)):
        if still := kept.get((old.kind, old.subject)):
            old.words = still.words
        else:
            session.delete(old)
    for each in found:
        log.error("audit: %s", each.words)
        insert_once(Finding, {**msgspec.structs.asdict(each), "found_at": now})
    session.commit()


def needed(session: Session, now: datetime) -> list[Needed]:
    """All that needs a person, from the audit's findings and from what our own rows say."""
    found = [Needed(row.kind, row.subject, row.words, row.order_id) for row in session.scalars(sa.select(Finding))]
    stuck = Attempt.status.in_(("new", "unknown")) & (Attempt.created_at < now - STUCK)
    silence = "Nobody knows for a day what became of it."
    found += [
        Needed("attempt", str(each.id), each.problem or silence, each.order_id)
        for each in session.scalars(sa.select(Attempt).where(Attempt.problem.is_not(None) | stuck))
    ]
    found += [
        Needed("event", each.event_id, f"Message {each.kind} cannot be worked on: {each.problem}", each.order_id)
        for each in session.scalars(sa.select(Event).where(Event.state == "failed"))
    ]
    return found + _refunds(session) + _disputes(session)


def _refunds(session: Session) -> list[Needed]:
    newer = sa.orm.aliased(Refund)
    latest = ~sa.exists().where(newer.payment_id == Refund.payment_id, newer.id > Refund.id)
    taken_back = sa.exists().where(Dispute.payment_id == Refund.payment_id, ~Dispute.is_charge_refundable)
    query = (
        sa.select(Refund).where(Refund.status.in_(OVER), latest, ~taken_back).options(sa.orm.joinedload(Refund.payment))
    )
    return [
        Needed(
            "refund",
            str(each.id),
            f"Refund of {written(each.amount, each.payment.currency)}: {each.problem}",
            each.payment.order_id,
        )
        for each in session.scalars(query)
    ]


def _disputes(session: Session) -> list[Needed]:
    query = sa.select(Dispute, Payment).join(Payment, Payment.id == Dispute.payment_id)
    return [
        Needed("dispute", each.provider_id, _disputed(each, payment), payment.order_id)
        for each, payment in session.execute(query)
        if each.is_open
    ]


def _disputed(dispute: Dispute, payment: Payment) -> str:
    return f"{written(dispute.amount, payment.currency)} are disputed: answer at the provider."


def left_over(session: Session, now: datetime) -> tuple[int, bool]:
    """How many attempts, events and refunds are not finished, and whether somebody works on one or has died over it."""
    count = sa.func.count()
    open_attempts = (
        sa.select(count)
        .select_from(Attempt)
        .join(Order)
        .where(
            Attempt.status.in_(("new", "unknown"))
            | (Attempt.status.in_(LIVE) & Attempt.lease_until.is_not(None))
            | ((Attempt.status == "open") & Order.status.not_in(("pending", "processing")))  # has to be ended first
        )
    )
    new_events = sa.select(count).select_from(Event).where(Event.state == "new")
    new_refunds = sa.select(count).select_from(Refund).where(Refund.status.in_(("new", "unknown")))
    found = sum(session.scalar(query) or 0 for query in (open_attempts, new_events, new_refunds))
    leased = (sa.exists().where(each.lease_until > now) for each in (Attempt, Event, Refund))
    is_leased = bool(session.scalar(sa.select(sa.or_(*leased))))
    session.commit()
    return found, is_leased
