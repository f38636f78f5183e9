"""What the provider says of a refund, applied to the refund, its payment and its order. The caller holds the lock."""

from datetime import datetime
from typing import cast, get_args

from sqlalchemy.orm import Session

from app.orders import mails, stock
from app.orders.models import Order
from app.payments import handover
from app.payments.ledger import Ledger
from app.payments.models import CAME_TO_NOTHING, UNSETTLED, Refund, RefundStatus, unknown_state
from app.payments.refund_reservations import reserve_more
from app.runtime.languages import Sentence
from app.runtime.lease import MINUTE, SOON, pause
from app.stripe.errors import Misconfigured, PaymentError
from app.stripe.schemas import ProviderRefund

OURS = ("new", "unknown")
"""States of a refund of which the provider has not told anything."""

REASONS = {
    "charge_disputed": Sentence("the payer has asked their bank for this money"),
    "charge_already_refunded": Sentence("all of this money has gone back already"),
    "balance_insufficient": Sentence("there is not enough money in the account at the provider"),
}
"""What the provider's codes mean: https://docs.stripe.com/error-codes"""


def follow(session: Session, ledger: Ledger, refund: Refund, told: ProviderRefund, now: datetime) -> None:
    """Move the refund to where the provider has it. A refund that fails, even later, frees what was reserved for it."""
    is_news, refund.provider_id = refund.provider_id is None, told.id
    status = _known(told.status or "pending")
    if status in CAME_TO_NOTHING:
        reason = told.failure_reason or Sentence("the provider gives no reason")
        words = Sentence("It failed: {reason}.", reason=reason)
        _end(session, ledger, refund, status, words, now, was_accepted=not is_news)
        return
    if is_news and refund.came_to_nothing:  # it was given up too early: the provider did make it
        reserve_more(session, refund.payment, refund.amount)
        refund.ended_at = None
    elif refund.came_to_nothing:
        return
    refund.status, refund.problem = status or "pending", None
    if status is None:  # the money may go back, so it counts as going back and is not sent again
        refund.problem = str(unknown_state(told.status))
    if is_news:
        money = {"amount": refund.amount, "currency": refund.payment.currency}
        mails.tell_buyer(session, ledger.order, "order_refunded", f"refunded:{refund.idem_key}", **money)
        if refund.restocks:
            stock.restock(session, ledger.order)
        handover.review(session, ledger)


def _known(status: str) -> RefundStatus | None:
    """The provider's status; None where Kiosk does not know it."""
    return cast("RefundStatus", status) if status in get_args(RefundStatus) and status not in OURS else None


def fail(session: Session, ledger: Ledger, refund: Refund, error: PaymentError, now: datetime) -> None:
    """Apply an error of the call. A final refusal ends a refund that the provider has not made."""
    is_final = error.known and not isinstance(error, Misconfigured)  # a wrong key of ours can be mended
    if is_final and refund.provider_id is None and refund.status in OURS:
        words = Sentence("The provider refused it: {reason}.", reason=REASONS.get(error.code, str(error)))
        _end(session, ledger, refund, "failed", words, now)
    elif refund.status == "new":
        refund.status = "unknown"


def _end(
    session: Session,
    ledger: Ledger,
    refund: Refund,
    status: RefundStatus,
    words: str,
    now: datetime,
    *,
    was_accepted: bool = False,
) -> None:
    """It came to nothing. `was_accepted`: the provider had accepted it, and the goods may be back on the shelf."""
    if refund.came_to_nothing:
        return
    refund.status, refund.ended_at = status, now
    reserve_more(session, refund.payment, -refund.amount)
    refund.problem = str(words)
    if was_accepted and refund.restocks:
        refund.problem = str(_set_aside_again(session, ledger.order, words))
    handover.review(session, ledger)


def _set_aside_again(session: Session, order: Order, why: str) -> str:
    """Take the goods of a failed refund from the shelf again, where they are there. `why` it failed, and what came."""
    if order.status != "paid":
        return Sentence("{why} What the buyer gave back is on the shelf, and stays there.", why=why)
    if stock.take_back(session, order):
        return Sentence("{why} What went back on the shelf is set aside for this order again.", why=why)
    return Sentence("{why} What went back on the shelf is sold: there is nothing to hand over for this money.", why=why)


def put_off_or_finish(refund: Refund, now: datetime) -> None:
    """End the lease and set the time of the next look, if there is anything left to look at."""
    if refund.status in UNSETTLED:
        age = now - (refund.first_sent_at or refund.created_at)
        refund.put_off_until(now + pause(age, SOON if refund.provider_id is None else MINUTE))
    else:
        refund.finish()
