"""A person gives up an attempt that no rule can bring in line: its session is another account's or of the other mode,
or in a state that Kiosk does not know, and its order would wait for ever, with its stock.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.orders.models import Attempt
from app.payments import attempts
from app.payments.settle import claim, end, follow, is_test, let_go, mismatch
from app.runtime.async_bridge import blocking
from app.runtime.db import now as at_once
from app.runtime.errors import Conflict, Unavailable
from app.stripe.errors import Misconfigured, PaymentError
from app.stripe.gateway import Gateway
from app.stripe.schemas import CheckoutSession

log = logging.getLogger(__name__)


class MayBePaid(Conflict):
    error = "session_may_be_paid"

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(
            f"Session {attempt.session_id} can still be paid until {attempt.expires_at:%Y-%m-%d %H:%M} UTC, and the"
            " provider does not end it for us. Put back the key that made it, or close this after that time."
        )


class BeingSettled(Conflict):
    error = "attempt_in_use"
    detail = "This attempt is being settled at this moment. Look again."


class ProviderAway(Unavailable):
    error = "provider_unavailable"
    detail = (
        "The payment provider does not answer, or not to our key, so it cannot be told whether this can be given up."
        " Try again in a moment."
    )


async def give_up(session: Session, gateway: Gateway, attempt_id: int, then: Callable[[], None]) -> None:
    """End the attempt's session where that can be done, and declare the attempt over; `then` is in its transaction.

    Committed. One whose session turns out to be in order goes on as if the sweep had looked at it. Money that comes
    all the same, by a key that is put back, is late money like any other. Raises MayBePaid, BeingSettled, ProviderAway.
    """
    attempt = await blocking(claim, session, attempt_id, at_once())
    if attempt is None:
        raise BeingSettled
    try:
        found = await _last_look(gateway, attempt)
        await blocking(_end_attempt, session, gateway, attempt_id, found, at_once(), then)
    finally:
        await blocking(let_go, session, attempt_id)


async def _last_look(gateway: Gateway, attempt: Attempt) -> CheckoutSession | None:
    """The attempt's own session, ended if it was open and in need of it; None where the provider knows none."""
    if attempt.session_id is None:
        return None
    try:
        found = await gateway.get_session(attempt.session_id)
        is_wrong = mismatch(gateway, attempt.order, attempt, found) or found.unknown
        return await end(gateway, found) if is_wrong and not found.is_paid and not found.is_dead else found
    except PaymentError as error:
        if not error.known or isinstance(error, Misconfigured):  # a wrong key of ours says nothing of the session
            raise ProviderAway from error
        return None


def _end_attempt(
    session: Session,
    gateway: Gateway,
    attempt_id: int,
    found: CheckoutSession | None,
    now: datetime,
    then: Callable[[], None],
) -> None:
    order, attempt = attempts.locked(session, attempt_id)
    if found is not None and not found.unknown and not mismatch(gateway, order, attempt, found):
        attempt.problem = None
        follow(session, order, attempt, found, over=False, now=now)
    elif attempt.is_live:
        if not _is_over(gateway, attempt, found, now):
            raise MayBePaid(attempt)
        log.warning("order %s: attempt %s is given up", order.id, attempt.id)
        attempts.bury(session, order, attempt, "expired", now)
    then()
    session.commit()


def _is_over(gateway: Gateway, attempt: Attempt, found: CheckoutSession | None, now: datetime) -> bool:
    """Whether nothing can be paid there any more: it is over, it was a test, or its time is."""
    if found is not None and (found.is_dead or found.is_paid):
        return True
    return is_test(gateway, attempt) or now > attempt.expires_at + attempts.SKEW
