"""The shop's books against the provider's, after the storm: every difference in words."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app import db
from app.models import (
    Attempt,
    Event,
    Hold,
    Item,
    Order,
    Outgoing,
    Payment,
    Refund,
    Todo,  # feature: todos
)
from app.payments.ledger import Ledger
from app.payments.models import CAME_TO_NOTHING

Row = dict[str, Any]
PAID = ("paid", "fulfilled")


def receipts() -> Counter[int | str]:
    """By the attempt's key."""
    keys = db.session.scalars(sa.select(Outgoing.dedupe_key).where(Outgoing.kind == "receipt"))
    return Counter(key.removeprefix("receipt:") for key in keys)


# feature: todos {
def todos() -> Counter[int | str]:
    """By the order's id."""
    return Counter(db.session.scalars(sa.select(Todo.order_id).where(Todo.order_id.is_not(None))))


# }
EFFECTS: dict[str, Callable[[], Counter[int | str]]] = {
    "to-dos": todos,  # feature: todos
    "receipts": receipts,
}


def _was_free(ledger: Ledger) -> bool:
    """Whether the order was paid with nothing and then cancelled by staff. Its payment and effects stay."""
    is_over = ledger.order.status in ("cancelling", "cancelled")
    return is_over and ledger.settled_by is not None and ledger.settled_by.amount == 0


class Books:
    """`stock` is what was on hand before the first order, `keys` the orders that buyers were told of, by key.

    `refunds_fail`: whether some of the refunds came to nothing at the provider, as it happens.
    """

    def __init__(
        self, state: dict[str, Any], stock: dict[int, int | None], keys: dict[str, int], *, refunds_fail: bool = False
    ) -> None:
        self.state, self.stock, self.keys = state, stock, keys
        self.lost = ("new", "unknown") if refunds_fail else ("new", "unknown", "failed")
        orders = db.session.scalars(sa.select(Order).options(selectinload(Order.holds), selectinload(Order.lines)))
        self.ledgers = Ledger.of(db.session(), orders.all())
        self.orders = [ledger.order for ledger in self.ledgers]
        found = sa.select(Payment).options(selectinload(Payment.refunds))
        self.payments = {each.payment_intent: each for each in db.session.scalars(found)}
        self.refunds = list(db.session.scalars(sa.select(Refund)))

    def differences(self) -> list[str]:
        parts = (self._orders, self._parts, self._money, self._back, self._stock, self._effects, self._unfinished)
        return [each for part in parts for each in part()]

    def figures(self) -> dict[str, int]:
        statuses = Counter(order.status for order in self.orders)
        kinds = Counter(payment.disposition for payment in self.payments.values())
        refunds = Counter(refund.status for refund in self.refunds)
        return {
            "orders": len(self.orders),
            **{f"  orders {status}": count for status, count in sorted(statuses.items())},
            "attempts": sum(len(ledger.attempts) for ledger in self.ledgers),
            "payments": len(self.payments),
            **{f"  {kind}": count for kind, count in sorted(kinds.items())},
            "refunds": len(self.refunds),
            **{f"  refunds {status}": count for status, count in sorted(refunds.items())},
            "charged": sum(each["amount_received"] for each in self._charged()),
            "went back": sum(each["amount"] for each in self.state["refunds"] if each["status"] == "succeeded"),
        }

    def money_differences(self) -> list[str]:
        """Those of orders and money alone."""
        return [each for part in (self._orders, self._parts, self._money, self._back) for each in part()]

    def _charged(self) -> Iterable[Row]:
        return (each for each in self.state["payment_intents"] if each["status"] == "succeeded")

    def _orders(self) -> Iterator[str]:
        """Every order that a buyer was told of is there, under its key; none has a status that its money belies."""
        there = {order.idempotency_key: order.id for order in self.orders}
        for key, order_id in self.keys.items():
            if there.get(key) != order_id:
                yield f"order {order_id} was acknowledged, and under its key is {there.get(key)}"
        for ledger in self.ledgers:
            order, settles = ledger.order, [each for each in ledger.payments if each.disposition == "settles"]
            if len(settles) != (order.status in PAID or _was_free(ledger)):
                yield f"order {order.id} is {order.status} and settled by {len(settles)} payments"
            if any(each.amount != order.total for each in settles):
                yield f"order {order.id} of {order.total} is settled by {settles[0].amount}"

    def _parts(self) -> Iterator[str]:
        """A paid order is made of what the provider charged for it; any other of its lines."""
        paid = {each["payment_intent"] or f"none:{each['id']}": each for each in self.state["sessions"]}
        for ledger in self.ledgers:
            order, subtotal = ledger.order, ledger.order.subtotal
            ours, theirs = (
                (subtotal, order.discount, order.shipping, order.tax, order.total),
                (subtotal, 0, 0, 0, subtotal),
            )
            if ledger.settled_by is not None:
                if (session := paid.get(ledger.settled_by.payment_intent)) is None:
                    continue  # `_money` tells it
                told = (session["total_details"][f"amount_{name}"] for name in ("discount", "shipping", "tax"))
                theirs = (session["amount_subtotal"], *told, session["amount_total"])
            if ours != theirs:
                yield f"order {order.id} is made of {ours}, and should be of {theirs}"

    def _money(self) -> Iterator[str]:
        """What was charged is in the books, each once, and nothing else is."""
        charged = {each["id"]: each["amount_received"] for each in self._charged()}
        for intent in charged.keys() - self.payments.keys():
            yield f"lost: {intent} over {charged[intent]} is no payment"
        for intent, payment in self.payments.items():
            if intent.startswith("none:") and payment.amount == 0:
                continue
            if charged.get(intent) != payment.amount:
                yield f"payment {intent} is {payment.amount} here and {charged.get(intent)} at the provider"

    def _back(self) -> Iterator[str]:
        """What went back did so once per wish; what no order needs went back whole."""
        made: dict[str, list[Row]] = defaultdict(list)
        for each in self.state["refunds"]:
            made[each["payment_intent"]].append(each)
        marks = Counter(each["metadata"]["refund"] for each in self.state["refunds"] if "refund" in each["metadata"])
        yield from (f"refund {mark} was made {count} times" for mark, count in marks.items() if count > 1)
        known = {refund.provider_id for refund in self.refunds}
        for each in self.state["refunds"]:
            if each["id"] not in known and each["status"] not in CAME_TO_NOTHING:
                yield f"refund {each['id']} is in no book"
        at_the_bank = {each["payment_intent"] for each in self.state["disputes"] if not each["is_charge_refundable"]}
        for intent, payment in self.payments.items():
            went = sum(each["amount"] for each in made[intent] if each["status"] not in CAME_TO_NOTHING)
            if went != payment.refund_reserved:
                yield f"of {intent} {payment.refund_reserved} should have gone back, and {went} did"
            if payment.disposition != "settles" and went != payment.amount and intent not in at_the_bank:
                yield f"{payment.disposition} payment {intent} of {payment.amount}: {went} went back"

    def _stock(self) -> Iterator[str]:
        by_state: dict[tuple[int, str], int] = defaultdict(int)
        for item, state, total in db.session.execute(
            sa.select(Hold.item_id, Hold.state, sa.func.sum(Hold.quantity)).group_by(Hold.item_id, Hold.state)
        ):
            by_state[item, state] = total
        for item in db.session.scalars(sa.select(Item)):
            if item.on_hand is None:
                continue
            held, consumed = by_state[item.id, "held"], by_state[item.id, "consumed"]
            began = self.stock[item.id]
            if not 0 <= item.held <= item.on_hand or item.held != held:
                yield f"item {item.id}: {item.held} of {item.on_hand} are held, and orders hold {held}"
            if began != item.on_hand + consumed:
                yield f"item {item.id}: of {began} there are {item.on_hand}, and {consumed} were sold"
        for ledger in self.ledgers:
            yield from self._holds(ledger)

    def _holds(self, ledger: Ledger) -> Iterator[str]:
        order, states = ledger.order, {hold.state for hold in ledger.order.holds}
        given_back = any(refund.restocks for each in ledger.payments for refund in each.refunds)
        right = {"consumed"} | ({"released"} if given_back else set()) if order.status in PAID else {"held", "released"}
        if order.status == "cancelled":
            right = {"released"}
        if not states <= right:
            yield f"order {order.id} is {order.status}, and its stock {', '.join(sorted(states))}"

    def _effects(self) -> Iterator[str]:
        """A paid order has one of each effect; no other has any."""
        for effect, count in EFFECTS.items():
            numbers = count()
            for ledger in self.ledgers:
                order, wanted = ledger.order, int(ledger.order.status in PAID or _was_free(ledger))
                has = sum(numbers[key] for key in (order.id, *(attempt.idem_key for attempt in ledger.attempts)))
                if has != wanted:
                    yield f"order {order.id} is {order.status} and has {has} {effect}"

    def _unfinished(self) -> Iterator[str]:
        for ledger in self.ledgers:
            waits_for_bank = ledger.live_attempt is not None and ledger.live_attempt.status == "processing"
            if ledger.order.status == "cancelling" and not waits_for_bank:
                yield f"order {ledger.order.id} is still being cancelled"
        stuck = (
            ("attempt", Attempt, Attempt.status.in_(("new", "unknown"))),
            ("event", Event, Event.state != "done"),
            ("refund", Refund, Refund.status.in_(self.lost)),
        )
        for name, model, condition in stuck:
            count = db.session.scalar(sa.select(sa.func.count()).select_from(model).where(condition))
            if count:
                yield f"{count} {name}s are not in line"
