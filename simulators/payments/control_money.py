"""The control API's part about sessions, refunds and disputes: what a customer or a bank does."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from simulators.payments import checkout, disputes, refunds, sessions, tax
from simulators.payments.checkout import Choices, Given
from simulators.payments.control_body import read
from simulators.payments.protocol import Refusal, Resource
from simulators.payments.provider import Provider


class Money:
    """Its methods get the id from the path, and answer with the object as it then is."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.store = provider, provider.store

    def actions(self) -> dict[str, Callable[..., Any]]:
        return {
            "POST /tax": self.tax,
            "POST /sessions/<name>/choose": self.choose,
            "POST /sessions/<name>/pay": self.pay,
            "POST /sessions/<name>/debit": self.debit,
            "POST /sessions/<name>/settle": self.settle,
            "POST /sessions/<name>/authenticate": self.authenticate,
            "POST /sessions/<name>/alter": self.alter,
            "POST /sessions/<name>/twin": self.twin,
            "POST /refunds": self.next_refunds,
            "POST /refunds/balance": self.empty_balance,
            "POST /refunds/<name>/alter": self.alter_refund,
            "POST /refunds/<name>/succeed": self.succeed_refund,
            "POST /refunds/<name>/fail": self.fail_refund,
            "POST /disputes": self.dispute,
            "POST /disputes/<name>": self.move_dispute,
        }

    def tax(self) -> Resource:
        body = read(rates=dict, behavior=str)
        if body.get("behavior", "exclusive") not in tax.BEHAVIOURS:
            raise Refusal(400, f"behavior is {' or '.join(tax.BEHAVIOURS)}.")
        with self.store as store:
            store.put("meta", "tax", body)
            return tax.rules(self.provider)

    def choose(self, name: str) -> Resource:
        with self.store:
            choices = Choices(**read(shipping_rate=str, code=str, country=str))
            return checkout.choose(self.provider, name, choices)

    def pay(self, name: str) -> Resource:
        """Pays as the page does; the answer tells what the customer would see."""
        body = read(card=str, amount=int, currency=str, email=str)
        with self.store:
            if "amount" in body or "currency" in body:
                checkout.override(self.provider, name, body.get("amount"), body.get("currency"))
            given = Given(number=body["card"]) if "card" in body else Given()
            result: str = "declined"
            error: Resource | None = None
            try:
                result = checkout.pay_by_card(self.provider, name, given)
            except Refusal as refusal:
                if refusal.status != HTTPStatus.PAYMENT_REQUIRED:
                    raise
                error = refusal.error()
        return {"result": result, "error": error, "session": sessions.find(self.provider, name)}

    def debit(self, name: str) -> Resource:
        read()
        with self.store:
            checkout.pay_by_debit(self.provider, name, Given(), None)
            return sessions.find(self.provider, name)

    def settle(self, name: str) -> Resource:
        with self.store:
            checkout.settle(self.provider, name, succeed=read(succeed=bool).get("succeed", True))
            return sessions.find(self.provider, name)

    def authenticate(self, name: str) -> Resource:
        succeed = read(succeed=bool).get("succeed", True)
        with self.store:
            try:
                checkout.authenticate(self.provider, name, succeed=succeed)
            except Refusal as refusal:
                if refusal.status != HTTPStatus.PAYMENT_REQUIRED:
                    raise
            return sessions.find(self.provider, name)

    def alter(self, name: str) -> Resource:
        """Changes fields of a session without an event: the provider is wrong, or it is not a session of ours."""
        body = read(
            amount_subtotal=int,
            amount_total=int,
            total_details=dict,
            currency=str,
            livemode=bool,
            client_reference_id=str,
            metadata=dict,
            payment_status=str,
            status=str,
        )
        with self.store as store:
            session = sessions.find(self.provider, name)
            session |= body
            store.put("sessions", name, session)
        return session

    def twin(self, name: str) -> Resource:
        with self.store:
            return sessions.twin(self.provider, name, read(metadata=dict).get("metadata"))

    def next_refunds(self) -> Resource:
        body = read(status=str, times=int)
        if body.get("status") in (None, "failed", "canceled"):
            raise Refusal(400, "status is one that a refund can begin with.")
        with self.store as store:
            store.put("meta", "refunds", {"status": body["status"], "times": body.get("times", 1)})
        return body

    def empty_balance(self) -> Resource:
        body = {"times": read(times=int).get("times", 1)}
        with self.store as store:
            store.put("meta", "empty balance", body)
        return body

    def alter_refund(self, name: str) -> Resource:
        with self.store:
            return refunds.alter(self.provider, name, read(status=str, amount=int))

    def succeed_refund(self, name: str) -> Resource:
        read()
        with self.store:
            return refunds.succeed(self.provider, name)

    def fail_refund(self, name: str) -> Resource:
        with self.store:
            return refunds.fail(self.provider, name, read(reason=str).get("reason", "lost_or_stolen_card"))

    def dispute(self) -> Resource:
        body = read(charge=str, payment_intent=str, session=str, reason=str, amount=int, inquiry=bool)
        with self.store as store:
            intent = body.pop("payment_intent", None)
            if "session" in body:
                intent = sessions.find(self.provider, body.pop("session"))["payment_intent"]
            name = body.pop("charge", None) or store["intents"].get(intent, {}).get("latest_charge")
            if name not in store["charges"]:
                raise Refusal(400, "charge, payment_intent or session names what is disputed.")
            return disputes.create(self.provider, store["charges"][name], **body)

    def move_dispute(self, name: str) -> Resource:
        body = read(status=str, refundable=bool)
        with self.store:
            return disputes.move(
                self.provider, name, body.get("status", "under_review"), refundable=body.get("refundable")
            )
