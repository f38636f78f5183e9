"""Money at the provider that no order has: settled where it can be, and shown as a finding where it cannot."""

from collections.abc import Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments import attempts, findings, installation
from app.payments.derived_findings import Observation, digest
from app.payments.installation import AT_ONCE, ATTEMPT, Marks
from app.payments.models import CAME_TO_NOTHING, Attempt, Payment
from app.payments.settle import settle
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.languages import Sentence
from app.stripe.currencies import written
from app.stripe.errors import NotFound
from app.stripe.gateway import Gateway
from app.stripe.schemas import CheckoutSession, PaymentIntent


class Money(msgspec.Struct, frozen=True):
    """A payment at the provider: `intent` is its id, `amount` in minor units, `session` the session's id if known."""

    intent: str
    amount: int
    currency: str
    marks: Marks
    session: str | None


async def missing(session: Session, gateway: Gateway, paid: dict[str, PaymentIntent], start: int) -> list[Observation]:
    """Money that bears our marks and that no order has, after the attempts that it names were settled. Committed.

    It looks at what came since the Unix time `start`, and at what an open finding is about. Money that went back is
    no finding.
    """
    sessions = {each.payment_intent: each async for each in gateway.sessions(start) if _has_money(each)}
    money = [_of_intent(each, sessions.get(each.id)) for each in paid.values()]
    money += [_of_session(each) for intent, each in sessions.items() if intent not in paid]
    ours = await blocking(_without_row, session, money)
    for each in ours:
        if known := await blocking(attempts.by_key, session, each.marks.get(ATTEMPT, "")):
            await settle(session, gateway, known[0])
    observed = [
        await blocking(_observe, session, each)
        for each in await blocking(_without_row, session, ours)
        if not await _went_back(gateway, each.intent, each.amount)
    ]
    return observed + await _of_open_findings(session, gateway, {each.intent for each in money})


def _has_money(made: CheckoutSession) -> bool:
    """Kiosk makes sessions of mode `payment` alone. Sessions of other modes have no payment intent."""
    return made.payment_status == "paid" and made.payment_intent is not None


def _of_intent(intent: PaymentIntent, made: CheckoutSession | None) -> Money:
    marks = {**((made.metadata if made else None) or {}), **(intent.metadata or {})}
    return Money(intent.id, intent.amount_received, intent.currency.upper(), marks, made.id if made else None)


def _of_session(made: CheckoutSession) -> Money:
    currency = (made.currency or "").upper()
    return Money(made.payment_intent or "", made.amount_total or 0, currency, made.metadata or {}, made.id)


def _without_row(session: Session, money: Iterable[Money]) -> list[Money]:
    """What is ours by its marks and has no row here."""
    money = list(money)
    rows = _known(session, Payment.payment_intent, [each.intent for each in money])
    left = [each for each in money if each.intent not in rows]
    known = installation.attempts_by_key(session, (each.marks.get(ATTEMPT, "") for each in left))
    own = installation.mark(session)
    session.commit()
    return [each for each in left if installation.is_ours(each.marks, own, known)]


def _known(session: Session, column: sa.orm.InstrumentedAttribute[Any], values: list[Any]) -> set[Any]:
    """Those of `values` that the column has. No other row is read."""
    known = set[Any]()
    for start in range(0, len(values), AT_ONCE):
        known.update(session.scalars(sa.select(column).where(column.in_(values[start : start + AT_ONCE]))))
    return known


def _observe(session: Session, money: Money) -> Observation:
    attempt = session.scalar(sa.select(Attempt).where(Attempt.idem_key == money.marks.get(ATTEMPT)))
    session.commit()
    amount, facts, now = written(money.amount, money.currency), digest(money.intent, money.amount), utcnow()
    if attempt is None:
        words = Sentence("{amount} came in, and no order has it.", amount=amount)
        return Observation("payment_missing", money.intent, str(words), None, facts, now)
    if attempt.session_id is not None and attempt.session_id == money.session:
        words = Sentence(
            "{amount} came in by session {id}, and its order does not have it.", amount=amount, id=money.session
        )
        return Observation("payment_missing", money.intent, str(words), attempt.order_id, facts, now)
    values = {"amount": amount, "number": attempt.seq}
    words = Sentence(
        "{amount} came in by another session, which names attempt {number} of this order and is not the one that it"
        " has.",
        **values,
    )
    if money.session:
        words = Sentence(
            "{amount} came in by session {id}, which names attempt {number} of this order and is not the one that it"
            " has.",
            id=money.session,
            **values,
        )
    return Observation("payment_foreign", money.intent, str(words), attempt.order_id, facts, now)


async def _went_back(gateway: Gateway, intent: str, amount: int) -> bool:
    back = [each.amount async for each in gateway.refunds(intent) if each.status not in CAME_TO_NOTHING]
    return sum(back) >= amount


async def _of_open_findings(session: Session, gateway: Gateway, listed: set[str]) -> list[Observation]:
    """Open findings about money that is too old to be listed. Those whose money went back, or has a row now, end."""
    still_open = []
    for observation in await blocking(_open_ones, session, listed):
        try:
            amount = (await gateway.get_intent(observation.subject)).amount_received
        except NotFound:
            continue
        if not await _went_back(gateway, observation.subject, amount):
            still_open.append(observation)
    return still_open


def _open_ones(session: Session, listed: set[str]) -> list[Observation]:
    stored = findings.open_ones(session, "payment_missing", "payment_foreign")
    old = [each for each in stored if each.subject not in listed]
    rows = _known(session, Payment.payment_intent, [each.subject for each in old])
    session.commit()
    return [each for each in old if each.subject not in rows]


async def report_twin(session: Session, gateway: Gateway, session_id: str) -> None:
    """Store a finding about a session with an attempt's key that is not its session, if money came by it. Committed."""
    made = await gateway.get_session(session_id)
    if not _has_money(made):
        return
    for each in await blocking(_without_row, session, [_of_session(made)]):
        if not await _went_back(gateway, each.intent, each.amount):
            await blocking(_show, session, each)


def _show(session: Session, money: Money) -> None:
    findings.add(session, _observe(session, money))
    session.commit()
