"""Money at the provider that our books do not have: settled where it can be, and shown where it cannot."""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Attempt
from app.payments import findings, installation
from app.payments.derived_findings import Need, digest
from app.payments.installation import AT_ONCE, ATTEMPT, Marks
from app.payments.money import OVER, Payment
from app.payments.settle import settle
from app.runtime.async_bridge import blocking
from app.runtime.db import now as at_once
from app.stripe.currencies import written
from app.stripe.errors import NotFound
from app.stripe.gateway import Gateway
from app.stripe.schemas import CheckoutSession, PaymentIntent


class Money(msgspec.Struct, frozen=True):
    """What came in: `name` is the payment intent's id, `amount` in minor units, `session` the session's id if known."""

    name: str
    amount: int
    currency: str
    marks: Marks
    session: str | None


async def strange(session: Session, gateway: Gateway, paid: dict[str, PaymentIntent], start: int) -> list[Need]:
    """Money that bears our marks and no order has, after every attempt that it names was settled. Committed.

    `start` is a Unix time: what came since, and what an open finding is about. What went back is no finding.
    """
    sessions = {each.payment_intent: each async for each in gateway.sessions(start) if _has_money(each)}
    money = [_money(each, sessions.get(each.id)) for each in paid.values()]
    money += [_of_session(each) for name, each in sessions.items() if name not in paid]
    ours = await blocking(_unknown, session, money)
    for each in ours:
        if attempt_id := await blocking(_attempt_of, session, each):
            await settle(session, gateway, attempt_id)
    found = [
        await blocking(_need, session, each)
        for each in await blocking(_unknown, session, ours)
        if not await _went_back(gateway, each.name, each.amount)
    ]
    return found + await _of_old(session, gateway, {each.name for each in money})


def _has_money(made: CheckoutSession) -> bool:
    """Of a session of mode `payment`; others have no payment intent, and Kiosk makes none of those."""
    return made.payment_status == "paid" and made.payment_intent is not None


def _money(intent: PaymentIntent, made: CheckoutSession | None) -> Money:
    marks = {**((made.metadata if made else None) or {}), **(intent.metadata or {})}
    return Money(intent.id, intent.amount_received, intent.currency.upper(), marks, made.id if made else None)


def _of_session(made: CheckoutSession) -> Money:
    currency = (made.currency or "").upper()
    return Money(made.payment_intent or "", made.amount_total or 0, currency, made.metadata or {}, made.id)


def _unknown(session: Session, money: Iterable[Money]) -> list[Money]:
    """What is ours by its marks and in no book of ours."""
    money = list(money)
    books = _known(session, Payment.payment_intent, [each.name for each in money])
    left = [each for each in money if each.name not in books]
    known = installation.attempts_by_key(session, (each.marks.get(ATTEMPT, "") for each in left))
    own = installation.mark(session)
    session.commit()
    return [each for each in left if installation.is_ours(each.marks, own, known)]


def _known(session: Session, column: sa.orm.InstrumentedAttribute[Any], values: list[Any]) -> set[Any]:
    """Which of `values` stand in `column`: however many rows there are, only these are read."""
    found = set[Any]()
    for start in range(0, len(values), AT_ONCE):
        found.update(session.scalars(sa.select(column).where(column.in_(values[start : start + AT_ONCE]))))
    return found


def _attempt_of(session: Session, money: Money) -> int | None:
    known = session.scalar(sa.select(Attempt.id).where(Attempt.idem_key == money.marks.get(ATTEMPT)))
    session.commit()
    return known


def _need(session: Session, money: Money) -> Need:
    attempt = session.scalar(sa.select(Attempt).where(Attempt.idem_key == money.marks.get(ATTEMPT)))
    session.commit()
    amount, facts, now = written(money.amount, money.currency), digest(money.name, money.amount), at_once()
    if attempt is None:
        words = f"{amount} came in, and no order has it."
        return Need("payment_missing", money.name, words, None, facts, now)
    if attempt.session_id is not None and attempt.session_id == money.session:
        words = f"{amount} came in by session {money.session}, and its order does not have it."
        return Need("payment_missing", money.name, words, attempt.order_id, facts, now)
    came = f"by session {money.session}" if money.session else "by another session"
    words = f"{amount} came in {came}, which names attempt {attempt.seq} of this order and is not the one that it has."
    return Need("payment_foreign", money.name, words, attempt.order_id, facts, now)


async def _went_back(gateway: Gateway, name: str, amount: int) -> bool:
    back = [each.amount async for each in gateway.refunds(name) if each.status not in OVER]
    return sum(back) >= amount


async def _of_old(session: Session, gateway: Gateway, seen: set[str]) -> list[Need]:
    """What was found before and is too old to be listed again; gone where it went back, or is in the books."""
    old = await blocking(_old, session, seen)
    found = []
    for need in old:
        try:
            amount = (await gateway.get_intent(need.subject)).amount_received
        except NotFound:
            continue
        if not await _went_back(gateway, need.subject, amount):
            found.append(need)
    return found


def _old(session: Session, seen: set[str]) -> list[Need]:
    there = findings.open_ones(session, "payment_missing", "payment_foreign")
    old = [each for each in there if each.subject not in seen]
    books = _known(session, Payment.payment_intent, [each.subject for each in old])
    session.commit()
    return [each for each in old if each.subject not in books]


async def note_twin(session: Session, gateway: Gateway, session_id: str) -> None:
    """Show money of a session that bears an attempt's key and is not its session, unless it went back. Committed."""
    made = await gateway.get_session(session_id)
    if not _has_money(made):
        return
    money = _of_session(made)
    for each in await blocking(_unknown, session, [money]):
        if not await _went_back(gateway, each.name, each.amount):
            await blocking(_show, session, each)


def _show(session: Session, money: Money) -> None:
    findings.add(_need(session, money))
    session.commit()
