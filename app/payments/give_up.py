"""Staff give up an attempt that no rule can bring in line: its order would wait for ever, with its stock.

Its session is another account's, of the other mode (test or live), or in a state that Kiosk does not know.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.payments import attempts, cancel
from app.payments.ledger import Ledger
from app.payments.models import Attempt
from app.payments.outcome import follow, is_test, mismatch
from app.payments.settle import claim, end
from app.runtime import lease
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.errors import Conflict, Unavailable
from app.stripe.errors import Misconfigured, PaymentError
from app.stripe.gateway import Gateway
from app.stripe.schemas import CheckoutSession

log = logging.getLogger(__name__)


class MayBePaid(Conflict):
    error = "session_may_be_paid"
    detail = "The provider may still take money for this. Nothing was closed."

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
    """End the attempt's session where that is possible, and the attempt; `then` is called in the same transaction.

    Committed. Where the session turns out to be in order, it is settled instead. Money that comes all the same, after
    the right key was put back, is late money like any other. Raises MayBePaid, BeingSettled, ProviderAway.
    """
    attempt = await blocking(claim, session, attempt_id, utcnow())
    if attempt is None:
        raise BeingSettled
    try:
        told = await _last_look(gateway, attempt)
        await blocking(_end_attempt, session, gateway, attempt_id, told, utcnow(), then)
    finally:
        await blocking(lease.let_go, session, Attempt, attempt_id)


async def _last_look(gateway: Gateway, attempt: Attempt) -> CheckoutSession | None:
    """The attempt's session, which is ended if it is open and a wrong one. None where the provider knows none."""
    if attempt.session_id is None:
        return None
    try:
        told = await gateway.get_session(attempt.session_id)
        is_wrong = mismatch(gateway, attempt.order, attempt, told) or told.unknown
        return await end(gateway, told) if is_wrong and not told.is_paid and not told.is_dead else told
    except PaymentError as error:
        if not error.known or isinstance(error, Misconfigured):  # a wrong key of ours tells nothing of the session
            raise ProviderAway from error
        return None


def _end_attempt(
    session: Session,
    gateway: Gateway,
    attempt_id: int,
    told: CheckoutSession | None,
    now: datetime,
    then: Callable[[], None],
) -> None:
    ledger, attempt = Ledger.lock_by_attempt(session, attempt_id)
    if told is not None and not told.unknown and not mismatch(gateway, ledger.order, attempt, told):
        attempt.problem = None
        follow(session, ledger, attempt, told, is_over=False, now=now)
    elif attempt.is_live:
        if not _is_over(gateway, attempt, told, now):
            raise MayBePaid(attempt)
        log.warning("order %s: attempt %s is given up", ledger.order.id, attempt.id)
        cancel.mark_dead(session, ledger, attempt, "expired", now)
    then()
    session.commit()


def _is_over(gateway: Gateway, attempt: Attempt, told: CheckoutSession | None, now: datetime) -> bool:
    """Whether the session can bring no money any more: it is over, it was a test, or its time is over."""
    if told is not None and (told.is_dead or told.is_paid):
        return True
    return is_test(gateway, attempt) or now > attempt.expires_at + attempts.SKEW
