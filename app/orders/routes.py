import logging
from http import HTTPStatus

import msgspec
import sqlalchemy as sa
from flask import redirect, request
from werkzeug.wrappers import Response

from app.api import Access, Answer, Api
from app.bridge import blocking
from app.config import settings
from app.db import Page, Paging, db, now
from app.errors import NotFound, Problem, Unavailable
from app.orders import attempts, events, service
from app.orders.holds import SoldOut
from app.orders.models import Attempt
from app.orders.settle import settle
from app.orders.shapes import NewOrder, OrderOut
from app.payments.errors import Declined, PaymentError
from app.payments.gateway import gateway
from app.todos.models import Todo
from app.todos.service import order_handed_over
from app.users.models import User

log = logging.getLogger(__name__)
routes = Api("orders")

MAX_KEY = 255


class KeyMissing(Problem):
    error = "idempotency_key_required"
    detail = "Send an Idempotency-Key of 1 to 255 characters: a random one for each order that is meant."


class PaymentDeclined(Problem):
    status = HTTPStatus.PAYMENT_REQUIRED
    error = "payment_declined"
    detail = "The payment provider declined this order. Nothing was charged."


class PaymentsUnavailable(Unavailable):
    error = "payments_unavailable"
    detail = "The shop cannot take payments at the moment. Nothing was charged and nothing is set aside."


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
    raises=(KeyMissing, SoldOut, service.NotOnSale, service.KeyUsed, PaymentDeclined, PaymentsUnavailable),
)
async def place_order(body: NewOrder, user: User) -> Answer[OrderOut]:
    """Order, and learn where to pay. The same Idempotency-Key places one order, however often it is sent."""
    key = request.headers.get("Idempotency-Key", "")
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise KeyMissing
    order, attempt = await blocking(service.place, db.session(), settings(), user, key, body.quantities(), now())
    if attempt is None:
        return Answer(OrderOut.of(order), 200, {"Idempotency-Replayed": "true"})
    failure = await attempts.send(db.session(), gateway(), attempt)
    if failure is not None and failure.known:
        raise _refusal(failure) from failure
    found = await blocking(service.get, db.session(), order.id, user)
    location = {"Location": f"/api/orders/{order.id}"}
    return Answer(OrderOut.of(found), 201 if found.checkout_url else 202, location)


def _refusal(failure: PaymentError) -> Problem:
    return PaymentDeclined() if isinstance(failure, Declined) else PaymentsUnavailable()


@routes.get("/api/orders", access=Access.OWNER)
def list_orders(query: Paging, user: User) -> Page[OrderOut]:
    """One's own orders, the newest first; for staff everybody's."""
    found, total = service.listed(db.session(), user, query)
    return Page([OrderOut.of(order) for order in found], total, query.page, query.per_page)


@routes.get("/api/orders/<id:order_id>", access=Access.OWNER)
def show_order(order_id: int, user: User) -> OrderOut:
    """One order."""
    return OrderOut.of(service.get(db.session(), order_id, user))


@routes.post("/api/orders/<id:order_id>/fulfil", access=Access.STAFF, raises=(service.NotPaid,))
def fulfil_order(order_id: int, user: User) -> OrderOut:
    """Hand a paid order over; its to-do is done with that."""
    service.get(db.session(), order_id, user)
    return OrderOut.of(service.fulfil(db.session(), order_id, now()))


@routes.get("/checkout/return/<token:attempt>", access=Access.ALL, status=303, writes=True)
async def come_back(attempt: str) -> Response:
    """Where the payment page sends the buyer: the order, settled if the provider answers."""
    known = sa.select(Attempt.id, Attempt.order_id).where(Attempt.idem_key == attempt)
    found = db.session.execute(known).one_or_none()
    db.session.commit()
    if found is None:
        raise NotFound
    await settle(db.session(), gateway(), found.id)
    return redirect(f"/orders/{found.order_id}", HTTPStatus.SEE_OTHER)


@routes.post("/api/payments/webhook", access=Access.PROVIDER, raises=(events.BadSignature, events.NoWebhookSecret))
async def receive_event() -> Received:
    """The payment provider's messages, by their signature."""
    header, secrets = request.headers.get("Stripe-Signature", ""), settings().payments.webhook_secrets
    event_id = await blocking(events.receive, db.session(), header, request.get_data(), secrets, now())
    try:
        await events.process(db.session(), gateway(), event_id)
    except Exception:  # the message is stored and answered; what could not be made of it now stays to be made
        log.exception("event %s could not be worked on", event_id)
        await blocking(db.session.rollback)
    return Received(True)


def _hand_over(todo: Todo, **_: object) -> None:
    assert todo.order_id is not None
    service.fulfil(db.session(), todo.order_id, now())


order_handed_over.connect(_hand_over)
