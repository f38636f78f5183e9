"""Refunds and disputes at the provider against our rows: news are recorded, differences are shown as findings."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.payments import disputes, findings, refunds
from app.payments.derived_findings import Observation, digest
from app.payments.installation import AT_ONCE
from app.payments.models import CAME_TO_NOTHING, MAX_STATUS, STANDS, Dispute, Payment, Refund
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.languages import Sentence
from app.stripe.currencies import written
from app.stripe.errors import NotFound
from app.stripe.gateway import Gateway
from app.stripe.schemas import ProviderDispute, ProviderRefund

log = logging.getLogger(__name__)


async def differences(session: Session, gateway: Gateway, since: datetime) -> list[Observation]:
    """Of refunds and disputes made since then, and of refunds that an open finding is about. Committed."""
    start = int(since.timestamp())
    await _record_disputes(session, gateway, start)
    told = {each.id: each async for each in gateway.refunds_since(start)}
    for refund_id in await blocking(to_ask, session, told, since):
        with suppress(NotFound):
            told[refund_id] = await gateway.get_refund(refund_id)
    for each in await blocking(_news, session, told):
        await _record(session, each.id, partial(refunds.adopt, session, each, utcnow()))
    return await blocking(_compare, session, told, since)


async def _record(session: Session, name: str, record: Callable[[], object]) -> None:
    """One that cannot be recorded must not keep the audit from those after it."""
    try:
        await blocking(record)
    except Exception:
        log.exception("%s cannot be recorded", name)
        await blocking(session.rollback)


def to_ask(session: Session, told: dict[str, ProviderRefund], since: datetime) -> list[str]:
    """Refunds of ours that the provider did not list."""
    rows = session.scalars(_ours(since))
    names = [each.provider_id for each in rows if each.provider_id and each.provider_id not in told]
    asked = {each.subject for each in findings.open_ones(session, "refund_differs")}
    session.commit()
    return [*names, *(asked - told.keys() - set(names))]


def _ours(since: datetime) -> sa.Select[Refund]:
    made = Refund.provider_id.is_not(None) & (Refund.created_at > since)
    return sa.select(Refund).where(made).options(joinedload(Refund.payment))


def _payments(session: Session, intents: set[str | None]) -> dict[str, Payment]:
    names, payments = [each for each in intents if each], dict[str, Payment]()
    for start in range(0, len(names), AT_ONCE):
        rows = session.scalars(sa.select(Payment).where(Payment.payment_intent.in_(names[start : start + AT_ONCE])))
        payments |= {row.payment_intent: row for row in rows}
    return payments


def _rows(session: Session, names: list[str]) -> dict[str, Refund]:
    refunds_by_id = dict[str, Refund]()
    for start in range(0, len(names), AT_ONCE):
        query = sa.select(Refund).where(Refund.provider_id.in_(names[start : start + AT_ONCE]))
        rows = session.scalars(query.execution_options(populate_existing=True))
        refunds_by_id |= {row.provider_id or "": row for row in rows}
    return refunds_by_id


def _news(session: Session, told: dict[str, ProviderRefund]) -> list[ProviderRefund]:
    """Refunds of our payments that have no row, or another status."""
    payments, rows = _payments(session, {each.payment_intent for each in told.values()}), _rows(session, list(told))
    session.commit()
    return [
        each
        for each in told.values()
        if each.payment_intent in payments and (each.id not in rows or rows[each.id].status != each.status)
    ]


def _compare(session: Session, told: dict[str, ProviderRefund], since: datetime) -> list[Observation]:
    payments, rows = _payments(session, {each.payment_intent for each in told.values()}), _rows(session, list(told))
    observed = []
    for each in told.values():
        row, payment = rows.get(each.id), payments.get(each.payment_intent or "")
        if payment is None or (row is None and each.status in CAME_TO_NOTHING):
            continue
        if row is None or row.amount != each.amount:
            theirs = written(each.amount, payment.currency)
            words = Sentence(
                "{theirs} of refund {id} are in the provider's books, and none in ours.", theirs=theirs, id=each.id
            )
            if row:
                words = Sentence(
                    "{theirs} of refund {id} are in the provider's books, {ours} in ours.",
                    theirs=theirs,
                    id=each.id,
                    ours=written(row.amount, payment.currency),
                )
            facts = digest(each.id, each.amount, row and row.amount)
            observed.append(Observation("refund_differs", each.id, str(words), payment.order_id, facts, utcnow()))
    for row in session.scalars(_ours(since)):
        if row.provider_id and row.provider_id not in told:
            words = Sentence("Refund {id} is in our books and not in the provider's.", id=row.provider_id)
            facts, order_id = digest(row.provider_id), row.payment.order_id
            observed.append(Observation("refund_differs", row.provider_id, str(words), order_id, facts, utcnow()))
    session.commit()
    return observed


async def _record_disputes(session: Session, gateway: Gateway, start: int) -> None:
    told = {each.id: each async for each in gateway.disputes(start)}
    for name in await blocking(undecided, session):
        if name not in told:
            with suppress(NotFound):
                told[name] = await gateway.get_dispute(name)
    for each in await blocking(_news_of_disputes, session, list(told.values())):
        await _record(session, each.id, partial(disputes.record, session, each, utcnow()))


def undecided(session: Session) -> list[str]:
    """Disputes that may still move, however old they are."""
    query = sa.select(Dispute.provider_id).where(sa.text(STANDS), Dispute.status != "lost")
    names = list(session.scalars(query))
    session.commit()
    return names


def _news_of_disputes(session: Session, told: list[ProviderDispute]) -> list[ProviderDispute]:
    payments, known = _payments(session, {each.payment_intent for each in told}), dict[str, Dispute]()
    names = [each.id for each in told]
    for start in range(0, len(names), AT_ONCE):
        rows = session.scalars(sa.select(Dispute).where(Dispute.provider_id.in_(names[start : start + AT_ONCE])))
        known |= {row.provider_id: row for row in rows}
    session.commit()
    return [each for each in told if each.payment_intent in payments and not _is_as_told(known.get(each.id), each)]


def _is_as_told(row: Dispute | None, told: ProviderDispute) -> bool:
    facts = (told.status[:MAX_STATUS], told.amount, told.is_charge_refundable)
    return row is not None and (row.status, row.amount, row.is_charge_refundable) == facts
