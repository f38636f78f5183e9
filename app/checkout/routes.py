import logging
from datetime import timedelta
from http import HTTPStatus

import msgspec
import sqlalchemy as sa
from flask import redirect, request
from werkzeug.wrappers import Response

from app.checkout import fulfilment, service
from app.checkout.schemas import Closing, HandingOver, NewOrder, NewRefund, OrderOut, OrderSearch, RefundOut
from app.orders.models import Attempt, Order
from app.orders.stock import SoldOut
from app.payments import attempts, findings, give_up, history, refunds, webhooks
from app.payments.findings import ClosedFinding, FindingOut
from app.payments.settle import settle
from app.runtime.async_bridge import blocking
from app.runtime.config import settings
from app.runtime.db import db, now
from app.runtime.errors import Conflict, NotFound, Problem, Unavailable
from app.runtime.jobs import jobs
from app.stripe.errors import Declined, Misconfigured, PaymentError
from app.stripe.errors import NotFound as NoSuchThing
from app.stripe.gateway import gateway
from app.todos.models import Todo
from app.users.models import User
from app.web import limits
from app.web.api import Access, Answer, Api
from app.web.paging import Page, Paging

log = logging.getLogger(__name__)
routes = Api("orders")

MAX_KEY = 255
DOUBLE_CLICK = timedelta(minutes=1)
"""Within it a repeated order is answered from the books alone."""


class KeyMissing(Problem):
    error = "idempotency_key_required"
    detail = "Send an Idempotency-Key of 1 to 255 characters: a random one for each order that is meant."


class PaymentDeclined(Problem):
    status = HTTPStatus.PAYMENT_REQUIRED
    error = "payment_declined"
    detail = "The payment provider declined this order. Nothing was charged."


class PaymentRefused(Conflict):
    error = "payment_refused"
    detail = "The payment provider refuses this order, and would again. Nothing was charged and nothing is set aside."


class PaymentsUnavailable(Unavailable):
    error = "payments_unavailable"
    detail = "The shop cannot take payments at the moment. Nothing was charged and nothing is set aside."


class RefundRefused(Conflict):
    error = "refund_refused"
    detail = "The payment provider refused this refund."


class Received(msgspec.Struct, frozen=True):
    received: bool


@routes.post(
    "/api/orders",
    access=Access.SIGNED_IN,
    status=201,
    also={
        200: "The order that this key has placed before; header Idempotency-Replayed",
        202: "Placed; the payment provider has not answered yet, and the order goes on by itself",
    },
    headers=("Idempotency-Key",),
    raises=(
        KeyMissing,
        SoldOut,
        service.NotOnSale,
        service.KeyUsed,
        service.TooManyUnpaid,
        service.AmountTooSmall,
        PaymentDeclined,
        PaymentRefused,
        PaymentsUnavailable,
    ),
    limit=limits.ORDER,
)
async def place_order(body: NewOrder, user: User) -> Answer[OrderOut]:
    """Order, and learn where to pay. The same Idempotency-Key places one order, however often it is sent."""
    key = _key()
    order, attempt = await blocking(service.place, db.session(), settings(), user, key, body.quantities(), now())
    if attempt is None:
        return Answer(OrderOut.of(await _as_it_stands(order, user), user), 200, {"Idempotency-Replayed": "true"})
    await _send(attempt)
    found = await blocking(service.get, db.session(), order.id, user)
    location = {"Location": f"/api/orders/{order.id}"}
    return Answer(OrderOut.of(found, user), 201 if found.checkout_url else 202, location)


async def _as_it_stands(order: Order, user: User) -> Order:
    """An order that was placed before: a link to pay that was made a while ago may be dead by now."""
    if order.live_attempt is None or now() - order.created_at < DOUBLE_CLICK:
        return order
    await settle(db.session(), gateway(), order.live_attempt.id)
    return await blocking(service.get, db.session(), order.id, user)


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise KeyMissing
    return key


async def _send(attempt: Attempt) -> None:
    failure = await attempts.send(db.session(), gateway(), attempt)
    if failure is not None and failure.known:
        raise _refusal(failure) from failure


def _refusal(failure: PaymentError) -> Problem:
    """A final no to this order is told apart from a provider that takes no money from this shop at all."""
    if isinstance(failure, Declined):
        return PaymentDeclined()
    if isinstance(failure, Misconfigured | NoSuchThing) or failure.param == "expires_at":  # our clock is wrong
        return PaymentsUnavailable()
    if failure.code == service.AmountTooSmall.error:  # the minimum of the currency that the shop is paid out in
        return service.AmountTooSmall()
    return PaymentRefused()


@routes.get("/api/orders", access=Access.OWNER)
def list_orders(query: OrderSearch, user: User) -> Page[OrderOut]:
    """One's own orders, the newest first; for staff everybody's, or those of the user they ask for."""
    return service.listed(db.session(), user, query, query.user_id).map(lambda order: OrderOut.of(order, user))


@routes.get("/api/orders/<id:order_id>", access=Access.OWNER)
def show_order(order_id: int, user: User) -> OrderOut:
    """One order."""
    return OrderOut.of(service.get(db.session(), order_id, user), user)


@routes.post(
    "/api/orders/<id:order_id>/checkout",
    access=Access.OWNER,
    also={202: "The payment provider has not answered yet, and the order goes on by itself"},
    raises=(
        service.NothingToPay,
        SoldOut,
        service.AmountTooSmall,
        PaymentDeclined,
        PaymentRefused,
        PaymentsUnavailable,
    ),
    limit=limits.ORDER,
)
async def check_out(order_id: int, user: User) -> Answer[OrderOut]:
    """Where to pay an order that was placed before: the open attempt, or a new one where the last is dead.

    The provider is asked first whether it can still be paid there; without an address the answer is an order that
    turned out to be paid, or over.
    """
    await blocking(service.get, db.session(), order_id, user)
    attempt, is_new = await blocking(service.retry, db.session(), settings(), order_id, now())
    if not is_new:
        await settle(db.session(), gateway(), attempt.id)
        asked = await blocking(service.get, db.session(), order_id, user)
        if asked.status != "pending" or asked.live_attempt is not None:
            return _where_to_pay(asked, user)
        attempt, is_new = await blocking(service.retry, db.session(), settings(), order_id, now())
    if is_new:
        await _send(attempt)
    return _where_to_pay(await blocking(service.get, db.session(), order_id, user), user)


def _where_to_pay(order: Order, user: User) -> Answer[OrderOut]:
    awaited = order.status == "pending" and order.checkout_url is None
    return Answer(OrderOut.of(order, user), 202 if awaited else 200)


@routes.post(
    "/api/orders/<id:order_id>/cancel",
    access=Access.OWNER,
    also={202: "Being cancelled: over once the provider has confirmed that nobody can pay it any more"},
    raises=(service.CannotCancel,),
)
async def cancel_order(order_id: int, user: User) -> Answer[OrderOut]:
    """Give the order up. Its stock is for sale again once nobody can pay it any more."""
    await blocking(service.get, db.session(), order_id, user)
    attempt = await blocking(service.cancel, db.session(), order_id, now())
    if attempt is not None:
        await settle(db.session(), gateway(), attempt.id)
    found = await blocking(service.get, db.session(), order_id, user)
    if found.is_paid:
        raise service.CannotCancel
    return Answer(OrderOut.of(found, user), 202 if found.status == "cancelling" else 200)


@routes.post(
    "/api/orders/<id:order_id>/refunds",
    access=Access.STAFF,
    status=201,
    also={200: "The refund that this key has made before; header Idempotency-Replayed"},
    headers=("Idempotency-Key",),
    raises=(KeyMissing, refunds.NothingToRefund, refunds.TooMuch, refunds.KeyUsed, RefundRefused),
)
async def refund_order(order_id: int, body: NewRefund, user: User) -> Answer[RefundOut]:
    """Send money back, of the payment that paid the order or of another one: an amount, or all that is left.

    The same Idempotency-Key refunds once.
    """
    await blocking(service.get, db.session(), order_id, user)
    wish = refunds.Wish(_key(), body.amount, body.restock, body.payment)
    refund, is_new = await blocking(refunds.request, db.session(), order_id, user, wish, now())
    if is_new:
        await refunds.settle(db.session(), gateway(), refund.id)
    found = await blocking(refunds.get, db.session(), refund.id)
    if is_new and found.is_over:
        raise RefundRefused(found.problem or "")
    if is_new:
        return Answer(RefundOut.of(found))
    return Answer(RefundOut.of(found), 200, {"Idempotency-Replayed": "true"})


@routes.get("/api/orders/<id:order_id>/history", access=Access.STAFF)
def show_history(order_id: int, user: User) -> list[history.Entry]:
    """Everything that happened to an order, in time order, with what is wrong in words."""
    return history.of(db.session(), service.get(db.session(), order_id, user))


@routes.get("/api/findings", access=Access.STAFF)
def list_findings() -> list[FindingOut]:
    """What needs a person: differences that no rule can settle and nobody has closed, the oldest first."""
    return findings.unclosed(db.session(), now())


@routes.get("/api/findings/closed", access=Access.STAFF)
def list_closed_findings(query: Paging) -> Page[ClosedFinding]:
    """What staff have closed, with their reasons, the latest first."""
    return findings.closed(db.session(), query)


@routes.post(
    "/api/findings/<token:finding_id>/close",
    access=Access.STAFF,
    raises=(give_up.MayBePaid, give_up.BeingSettled, give_up.ProviderAway),
)
async def close_finding(finding_id: str, body: Closing, user: User) -> ClosedFinding:
    """Note that a finding was dealt with, and how. It is shown again only if its facts change, under another id.

    The finding of an attempt gives the attempt up: its session is ended, and what was set aside for it is free again.
    Closed twice it is closed once, and the first reason stands.
    """
    return await findings.close(db.session(), gateway(), finding_id, user, body.reason)


@routes.post(
    "/api/orders/<id:order_id>/fulfil",
    access=Access.STAFF,
    raises=(fulfilment.NotPaid, fulfilment.Refunded, fulfilment.Disputed, fulfilment.NotInStock),
)
def fulfil_order(order_id: int, query: HandingOver, user: User) -> OrderOut:
    """Hand a paid order over; its to-do is done with that. One whose payment is disputed needs `despite_dispute`."""
    service.get(db.session(), order_id, user)
    order = service.fulfil(db.session(), order_id, now(), despite_dispute=query.despite_dispute)
    return OrderOut.of(order, user)


@routes.get("/checkout/return/<token:attempt>", access=Access.ALL, status=303, writes=True)
async def come_back(attempt: str) -> Response:
    """Where the payment page sends the buyer: the order, settled if the provider answers."""
    attempt_id, order_id = await blocking(_came_back, attempt)
    await settle(db.session(), gateway(), attempt_id)
    return redirect(f"/orders/{order_id}", HTTPStatus.SEE_OTHER)


def _came_back(key: str) -> tuple[int, int]:
    """The attempt and its order. Raises NotFound."""
    query = sa.select(Attempt.id, Attempt.order_id).where(Attempt.idem_key == key)
    row = db.session.execute(query).one_or_none()
    db.session.commit()
    if row is None:
        raise NotFound
    return row.id, row.order_id


@routes.post(
    "/api/payments/webhook",
    access=Access.PROVIDER,
    raises=(webhooks.BadSignature, webhooks.NoWebhookSecret),
    max_body=webhooks.MAX_EVENT,
)
def receive_event() -> Received:
    """The payment provider's messages, by their signature: snapshots and thin ones."""
    header, secrets = request.headers.get("Stripe-Signature", ""), settings().payments.webhook_secrets
    event_id = webhooks.receive(db.session(), header, request.get_data(), secrets, now())
    jobs().ring("event", event_id)
    return Received(True)


def hand_over(todo: Todo, **_: object) -> None:
    """Listens to `todos.order_handed_over`."""
    assert todo.order_id is not None
    service.fulfil(db.session(), todo.order_id, now())
