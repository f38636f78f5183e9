"""What callers send and get about payments, refunds, findings and the history of an order."""

from datetime import datetime
from typing import Annotated

import msgspec

from app.payments.models import Closing, Disposition, Payment, Refund, RefundStatus
from app.runtime.languages import Language, retold
from app.runtime.text import is_seen_in
from app.stripe import currencies
from app.web.api import STORABLE, Id
from app.web.validation import HOLDS


class PaymentOut(msgspec.Struct, frozen=True):
    """Money that came for an order, in minor units of `currency`. `id` is the provider's.

    `disposition`: it `settles` the order, is `surplus`, or came too `late`; the last two go back by themselves.
    `refunded` went back or is on its way; `refundable` is left.
    """

    id: str
    amount: int
    currency: str
    currency_digits: int
    disposition: Disposition
    refunded: int
    refundable: int
    created_at: datetime

    @classmethod
    def of(cls, payment: Payment) -> "PaymentOut":
        return cls(
            payment.payment_intent,
            payment.amount,
            payment.currency,
            currencies.digits(payment.currency),
            payment.disposition,
            payment.refund_reserved,
            payment.refundable,
            payment.created_at,
        )


class NewRefund(msgspec.Struct, frozen=True):
    """`amount` in minor units, all that is left where it is missing; `restock` puts what was sold back on the shelf.

    `payment` is the id of one of the order's `payments`; where it is missing, the one that paid the order.
    """

    amount: Annotated[int, msgspec.Meta(ge=1, le=currencies.MOST)] | None = None
    restock: bool = False
    payment: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] | None = None


class RefundOut(msgspec.Struct, frozen=True):
    """`payment` is the id of the order's payment that goes back. `amount` is in minor units of `currency`."""

    id: Id
    order_id: Id
    payment: str
    amount: int
    currency: str
    currency_digits: int
    status: RefundStatus
    created_at: datetime

    @classmethod
    def of(cls, refund: Refund) -> "RefundOut":
        payment = refund.payment
        return cls(
            refund.id,
            payment.order_id,
            payment.payment_intent,
            refund.amount,
            payment.currency,
            currencies.digits(payment.currency),
            refund.status,
            refund.created_at,
        )


class HistoryEntry(msgspec.Struct, frozen=True):
    """`reference` is the provider's id where there is one; `problem` is what is wrong and not closed, in words."""

    at: datetime
    kind: str
    status: str
    words: str
    reference: str | None
    problem: str | None

    def told(self, language: Language) -> "HistoryEntry":
        problem = self.problem and retold(self.problem, language)
        return msgspec.structs.replace(self, words=retold(self.words, language), problem=problem)


class Finding(msgspec.Struct, frozen=True):
    """Something that staff have to look at, in words. `id` stands for these facts alone, and is never used again."""

    id: str
    kind: str
    subject: str
    words: str
    order_id: int | None
    found_at: datetime

    def told(self, language: Language) -> "Finding":
        return msgspec.structs.replace(self, words=retold(self.words, language))


class ClosedFinding(msgspec.Struct, frozen=True):
    """A finding that staff have dealt with. `closed_by` is the username of a member of staff."""

    id: str
    kind: str
    subject: str
    words: str
    order_id: int | None
    reason: str
    closed_by: str
    closed_at: datetime

    def told(self, language: Language) -> "ClosedFinding":
        return msgspec.structs.replace(self, words=retold(self.words, language))

    @classmethod
    def of(cls, closing: Closing) -> "ClosedFinding":
        return cls(
            closing.finding,
            closing.kind,
            closing.subject,
            closing.words,
            closing.order_id,
            closing.reason,
            closing.user.username,
            closing.closed_at,
        )


class CloseFinding(msgspec.Struct, frozen=True):
    """`reason`: what was done about the finding, for those who ask later."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1000, pattern=STORABLE, extra={HOLDS: is_seen_in})]


class EventReceived(msgspec.Struct, frozen=True):
    received: bool
