"""Staff at the till of a shop whose only order, two lamps, is paid: what they send back, and what becomes of it."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import sqlalchemy as sa

from app import db
from app.models import (
    Attempt,
    Dispute,
    Event,
    Order,
    Refund,
    Todo,  # feature: todos
)
from app.orders import signals
from app.payments import audit
from app.payments.reconcile import Reconciled, reconcile
from app.runtime.async_bridge import bridge
from app.runtime.db import utcnow, writing
from app.stripe.signature import sign
from tests.integration.payments.shop import Shop
from tests.settings import WEBHOOK_SECRET

REFUNDS = "/v1/refunds"
POST = {"method": "POST", "path": REFUNDS}
ALL = 17800
"""What two lamps cost."""

REFUNDED = ("refund.created", "refund.updated", "refund.failed", "charge.refunded")
DISPUTED = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed")


WAITS: tuple[Callable[["Till"], bool], ...] = (
    lambda till: till.due,
    lambda till: not till.shop.rows(Todo)[0].done,  # feature: todos
)
"""What tells whether the order waits to be handed over."""


class Till:
    """`shop` is the shop behind it."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.control = shop, shop.control
        self.due = False
        """What the signals say of whether the order waits to be handed over."""
        for signal in (signals.paid, signals.fulfilled, signals.due_changed):
            signal.connect(self._hear)
        shop.place(quantity=2)
        shop.pay()
        assert shop.come_back().status_code == 303
        assert shop.status == "paid"
        shop.signed_in("grace", role="staff")

    def _hear(self, _order: Order, *, is_due: bool | None = None, now: datetime | None = None, **_: Any) -> None:
        self.due = now is not None if is_due is None else is_due

    def refund(self, amount: int | None = None, *, key: str = "once", **more: Any) -> httpx.Response:
        body = more if amount is None else {"amount": amount, **more}
        headers = {"Idempotency-Key": key} if key else {}
        return self.shop.http.post(f"{self.shop.where}/refunds", json=body, headers=headers)

    def fulfil(self, **how: Any) -> httpx.Response:
        return self.shop.http.post(f"{self.shop.where}/fulfil", params=how)

    def close(self, reason: str = "Dealt with.", finding: str = "") -> httpx.Response:
        """A finding, by its id; without one the only one that there is."""
        if not finding:
            [only] = self.shop.http.get("/api/findings").json()
            finding = only["id"]
        return self.shop.http.post(f"/api/findings/{finding}/close", json={"reason": reason})

    # At the provider

    @property
    def sent(self) -> list[dict[str, Any]]:
        return self.control.calls("POST", REFUNDS)

    @property
    def went_back(self) -> list[tuple[str, int]]:
        """(status, amount) of each refund that the provider has made."""
        return [(each["status"], each["amount"]) for each in self.control.listed("refunds")]

    @property
    def intent(self) -> str:
        return str(self.control.listed("payment_intents", status="succeeded")[0]["id"])

    def refund_at_the_provider(self, amount: int, intent: str = "") -> str:
        """By somebody at its dashboard. The refund's id."""
        answer = self.control.api.post(REFUNDS, data={"payment_intent": intent or self.intent, "amount": amount})
        return str(answer.raise_for_status().json()["id"])

    def dispute(self, **how: Any) -> str:
        """Its id."""
        return str(self.control.dispute(session=self.shop.attempt.session_id, **how)["id"])

    def hear(self, *kinds: str, last: bool = False) -> None:
        """The provider's events of these kinds come, or only the last one."""
        heard = [event for event in self.control.listed("events") if event["type"] in kinds]
        assert heard, f"nothing happened at the provider: {kinds}"
        for event in heard[-1:] if last else heard:
            assert self.send(event).status_code == 200

    def send(self, event: dict[str, Any]) -> httpx.Response:
        return send(self.shop.http, event)

    # In the books

    @property
    def row(self) -> Refund:
        found: Refund = self.shop.rows(Refund)[-1]
        return found

    @property
    def events(self) -> list[str]:
        """The states of all events."""
        with self.shop.app.app_context():
            return list(db.session.scalars(sa.select(Event.state)))

    @property
    def disputes(self) -> list[tuple[str, bool]]:
        return [(each.status, each.is_charge_refundable) for each in self.shop.rows(Dispute)]

    @property
    def to_hand_over(self) -> bool:
        """Whether the order waits to be handed over, and all that tell of it agree."""
        [waits] = {tells(self) for tells in WAITS}
        return waits

    @property
    def left(self) -> int:
        """What can still be refunded."""
        return int(self.shop.found["refundable"])

    @property
    def findings(self) -> list[tuple[str, str]]:
        """(kind, words) of all that needs a person, as staff see it."""
        answer = self.shop.http.get("/api/findings").raise_for_status()
        return [(each["kind"], each["words"]) for each in answer.json()]

    @property
    def history(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.shop.http.get(f"{self.shop.where}/history").raise_for_status().json()
        return answer

    def reconcile(self) -> Reconciled:
        return reconciled(self.shop)

    def audit(self) -> list[tuple[str, str]]:
        """The findings that are there after it."""
        audited(self.shop)
        return self.findings


def paid_twice(shop: Shop) -> Till:
    """Two sessions of one order, both paid; the shop has not heard of the first one's money yet."""
    shop.place(quantity=2)
    first = shop.attempt.session_id
    shop.change(Attempt, status="expired")  # or so the shop believes
    assert shop.check_out().status_code == 200
    till = Till(shop)
    shop.pay(first)
    return till


def audited(shop: Shop) -> None:
    with shop.app.app_context(), writing():
        bridge.run(audit.audit(db.session(), shop.app.extensions["gateway"]))


def reconciled(shop: Shop) -> Reconciled:
    with shop.app.app_context(), writing():
        return bridge.run(reconcile(db.session(), shop.app.extensions["gateway"]))


def send(client: httpx.Client, event: dict[str, Any]) -> httpx.Response:
    """As the provider's webhook does, signed."""
    body = json.dumps(event).encode()
    header = sign(body, WEBHOOK_SECRET, int(utcnow().timestamp()))
    return client.post("/api/payments/webhook", content=body, headers={"Stripe-Signature": header})
