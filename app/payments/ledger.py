"""The ledger: an order with its attempts and its payments, as they are at one moment.

An order itself knows nothing of money at the provider. What needs both reads and changes a ledger; a process that
changes one holds the lock of its order.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.orders.models import Order
from app.orders.service import lock as lock_order
from app.payments.models import Attempt, Payment


@dataclass
class Ledger:
    order: Order
    attempts: list[Attempt] = field(default_factory=list)
    """In the order of `seq`."""
    payments: list[Payment] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session, orders: Sequence[Order]) -> list["Ledger"]:
        """The ledgers of these orders, in the same order, by three queries at most."""
        if not orders:
            return []
        ids = [order.id for order in orders]
        attempts, payments = defaultdict[int, list[Attempt]](list), defaultdict[int, list[Payment]](list)
        query = sa.select(Attempt).where(Attempt.order_id.in_(ids)).order_by(Attempt.seq)
        for attempt in session.scalars(query.execution_options(populate_existing=True)):
            attempts[attempt.order_id].append(attempt)
        money = sa.select(Payment).where(Payment.order_id.in_(ids)).order_by(Payment.id)
        money = money.options(selectinload(Payment.refunds)).execution_options(populate_existing=True)
        for payment in session.scalars(money):
            payments[payment.order_id].append(payment)
        return [cls(order, attempts[order.id], payments[order.id]) for order in orders]

    @classmethod
    def lock(cls, session: Session, condition: sa.ColumnElement[bool]) -> "Ledger | None":
        """The ledger of the order for which `condition` holds, with the order locked."""
        order = lock_order(session, condition)
        return cls.of(session, [order])[0] if order else None

    @classmethod
    def lock_by_attempt(cls, session: Session, attempt_id: int) -> tuple["Ledger", Attempt]:
        """The ledger that the attempt is part of, with the order locked, and the attempt as it is now."""
        order_id = sa.select(Attempt.order_id).where(Attempt.id == attempt_id).scalar_subquery()
        ledger = cls.lock(session, Order.id == order_id)
        assert ledger is not None
        return ledger, next(each for each in ledger.attempts if each.id == attempt_id)

    @property
    def live_attempt(self) -> Attempt | None:
        """The attempt that may still bring money. The database allows one."""
        return next((each for each in self.attempts if each.is_live), None)

    @property
    def settled_by(self) -> Payment | None:
        """The payment that paid the order."""
        return next((each for each in self.payments if each.disposition == "settles"), None)

    @property
    def refunded(self) -> int:
        """What went back, or is on its way back, of the payment that paid the order. In minor units."""
        refunds = self.settled_by.refunds if self.settled_by else []
        return sum(refund.amount for refund in refunds if not refund.came_to_nothing)

    @property
    def refundable(self) -> int:
        """What can still go back of the payment that paid the order. In minor units."""
        return self.settled_by.refundable if self.settled_by else 0

    @property
    def checkout_url(self) -> str | None:
        """Where the buyer can pay; None where there is nothing to pay, or no open attempt."""
        if not self.order.is_unpaid:
            return None
        return next((each.url for each in self.attempts if each.status == "open"), None)
