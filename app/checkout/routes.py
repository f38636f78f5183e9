from datetime import timedelta
from http import HTTPStatus

from flask import current_app, redirect
from werkzeug.wrappers import Response

from app.checkout import export, kept_basket, service
from app.checkout.basket import AmountTooSmall, NotOnSale
from app.checkout.kept_basket import BasketChanged
from app.checkout.schemas import (
    BasketIn,
    BasketOut,
    FulfilOptions,
    NewOrder,
    OrderOut,
    OrderSearch,
    OrderTable,
    added_up,
)
from app.orders import service as orders
from app.orders.service import NotHandedOver, NotInStock, NotPaid
from app.orders.stock import SoldOut
from app.payments import attempts, handover
from app.payments.ledger import Ledger
from app.payments.settle import settle
from app.runtime.async_bridge import blocking
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.runtime.errors import Conflict, NotFound, Problem, Unavailable
from app.runtime.outbound import call_async
from app.stripe.errors import Declined, Misconfigured, PaymentError
from app.stripe.errors import NotFound as NotFoundAtProvider
from app.stripe.gateway import gateway
from app.users.signed_in import SignedInUser
from app.web import idempotency, limits
from app.web.api import Access, Answer, Api
from app.web.paging import Page

routes = Api("orders")

DOUBLE_CLICK = timedelta(minutes=1)
"""A request that repeats an order so soon is answered without asking the provider."""


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


REFUSALS = (AmountTooSmall, PaymentDeclined, PaymentRefused, PaymentsUnavailable)
"""Problems that a final refusal of the provider becomes."""

OURS = (
    *("expires_at", "branding_settings"),
    *("shipping_options", "automatic_tax", "invoice_creation", "allow_promotion_codes"),
)
"""Parameters that do not depend on the buyer. If one is refused, our clock, a setting or the shop's name is wrong."""


@routes.post(
    "/api/orders",
    access=Access.SIGNED_IN,
    status=201,
    also={
        200: "The order that this key has placed before; header Idempotency-Replayed",
        202: "Placed; the payment provider has not answered yet, and the order goes on by itself",
    },
    headers=(idempotency.HEADER,),
    raises=(
        *(idempotency.KeyMissing, idempotency.KeyReused, SoldOut, NotOnSale),
        *(service.TooManyUnpaid, service.TooManyUnits, BasketChanged),
        *REFUSALS,
    ),
    limit=limits.ORDER,
)
def place_order(body: NewOrder, user: SignedInUser) -> Answer[OrderOut]:
    """Order, and learn where to pay. The same Idempotency-Key places one order, however often it is sent."""
    session = db.session()
    purchase = service.Purchase(
        key=idempotency.key(),
        quantities=added_up(body.lines),
        note=body.note.strip() or None,
        from_basket=body.from_basket,
        basket_version=body.basket_version,
    )
    placed, attempt = service.place(session, settings(), user, purchase, utcnow())
    order_id = placed.order.id
    if attempt is None:
        if placed.live_attempt is not None and utcnow() - placed.order.created_at >= DOUBLE_CLICK:
            call_async(settle, session, gateway(), placed.live_attempt.id)  # the link to pay may be dead by now
            placed = service.get(session, order_id, user)
        return Answer(OrderOut.of(placed, user), 200, idempotency.REPLAYED)
    answer = call_async(attempts.ask, gateway(), attempt)  # no transaction is open meanwhile
    _raise_refusal(attempts.record(session, attempt, answer, utcnow()))
    if attempt.status == "new":  # no answer yet, or a webhook was faster than it
        placed = service.get(session, order_id, user)
    return Answer(
        OrderOut.of(placed, user), 201 if placed.checkout_url else 202, {"Location": f"/api/orders/{order_id}"}
    )


def _raise_refusal(error: PaymentError | None) -> None:
    """Raises the problem that a final refusal of the provider becomes; any other error is resolved later."""
    if error is not None and error.known:
        raise _refusal(error) from error


def _refusal(error: PaymentError) -> Problem:
    """The problem for a final error of the provider: it refuses this order, or takes no payments from this shop."""
    if isinstance(error, Declined):
        return PaymentDeclined()
    if isinstance(error, Misconfigured | NotFoundAtProvider) or error.param.startswith(OURS):
        return PaymentsUnavailable()
    if error.code == AmountTooSmall.error:  # the minimum of the currency that the shop is paid out in
        return AmountTooSmall()
    return PaymentRefused()


@routes.get("/api/orders", access=Access.OWNER, raises=(limits.TooManyRequests,))
def list_orders(query: OrderSearch, user: SignedInUser) -> Page[OrderOut]:
    """One's own orders, the newest first; for staff the orders of all users, or of one."""
    return service.listed(db.session(), user, query.paging, query.search()).map(
        lambda ledger: OrderOut.of(ledger, user)
    )


@routes.get("/api/orders.csv", access=Access.STAFF, limit=limits.SEARCH)
def export_orders(query: OrderTable, user: SignedInUser) -> Response:
    """The orders that fit as a table (CSV, UTF-8). Amounts are decimal.

    For a spreadsheet, say in `spreadsheet` which language it is in: the table then begins with a byte order mark, by
    which it knows umlauts, and for a German one has semicolons, and commas in amounts. Without it, it is for programs.
    A text that a spreadsheet would take for a formula begins with a quotation mark.
    """
    search = query.search()
    first = export.ids(db.session(), user, search)
    form = export.SPREADSHEETS[query.spreadsheet] if query.spreadsheet else export.PLAIN
    rows = export.table(current_app.app_context, user, search, first, form)
    return Response(rows, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="orders.csv"'})


@routes.get("/api/orders/<id:order_id>", access=Access.OWNER)
def show_order(order_id: int, user: SignedInUser) -> OrderOut:
    """One order."""
    return OrderOut.of(service.get(db.session(), order_id, user), user)


@routes.post(
    "/api/orders/<id:order_id>/checkout",
    access=Access.OWNER,
    also={202: "The payment provider has not answered yet, and the order goes on by itself"},
    raises=(service.NothingToPay, SoldOut, *REFUSALS),
    limit=limits.ORDER,
)
async def check_out(order_id: int, user: SignedInUser) -> Answer[OrderOut]:
    """Where to pay an order that was placed before: the open attempt, or a new one where the last is dead.

    The provider is asked first whether it can still be paid there; without an address the answer is an order that
    turned out to be paid, or over.
    """
    await blocking(orders.check, db.session(), order_id, user)
    attempt, is_new = await blocking(service.payable_attempt, db.session(), settings(), order_id, utcnow())
    if not is_new:
        await settle(db.session(), gateway(), attempt.id)
        ledger = await blocking(service.get, db.session(), order_id, user)
        if ledger.order.status != "pending" or ledger.live_attempt is not None:
            return _where_to_pay(ledger, user)
        attempt, is_new = await blocking(service.payable_attempt, db.session(), settings(), order_id, utcnow())
    if is_new:
        _raise_refusal(await attempts.send(db.session(), gateway(), attempt))
    return _where_to_pay(await blocking(service.get, db.session(), order_id, user), user)


def _where_to_pay(ledger: Ledger, user: SignedInUser) -> Answer[OrderOut]:
    is_awaited = ledger.order.status == "pending" and ledger.checkout_url is None
    return Answer(OrderOut.of(ledger, user), 202 if is_awaited else 200)


@routes.post(
    "/api/orders/<id:order_id>/cancel",
    access=Access.OWNER,
    also={202: "Being cancelled: over once the provider has confirmed that it cannot be paid any more"},
    raises=(service.CannotCancel,),
)
async def cancel_order(order_id: int, user: SignedInUser) -> Answer[OrderOut]:
    """Give the order up. Its stock is for sale again once the order cannot be paid any more.

    Staff may give up one too that a promotion code made free, until it is handed over.
    """
    await blocking(orders.check, db.session(), order_id, user)
    attempt = await blocking(service.begin_cancel, db.session(), order_id, user, utcnow())
    if attempt is not None:
        await settle(db.session(), gateway(), attempt.id)
    ledger = await blocking(service.get, db.session(), order_id, user)
    if ledger.order.is_paid:
        raise service.CannotCancel
    return Answer(OrderOut.of(ledger, user), 202 if ledger.order.status == "cancelling" else 200)


@routes.post(
    "/api/orders/<id:order_id>/fulfil",
    access=Access.STAFF,
    raises=(NotPaid, handover.Refunded, handover.Disputed, NotInStock),
)
def fulfil_order(order_id: int, query: FulfilOptions, user: SignedInUser) -> OrderOut:
    """Hand a paid order over to its buyer. One whose payment is disputed needs `despite_dispute`."""
    orders.check(db.session(), order_id, user)
    ledger = service.fulfil(db.session(), order_id, utcnow(), despite_dispute=query.despite_dispute)
    return OrderOut.of(ledger, user)


@routes.post("/api/orders/<id:order_id>/unfulfil", access=Access.STAFF, raises=(NotHandedOver,))
def take_back_order(order_id: int, user: SignedInUser) -> OrderOut:
    """Take a hand-over back: the order is paid, and to be handed over again. Its stock stays sold."""
    orders.check(db.session(), order_id, user)
    return OrderOut.of(service.take_back(db.session(), order_id), user)


@routes.get("/api/basket", access=Access.SIGNED_IN)
def show_basket(user: SignedInUser) -> BasketOut:
    """One's basket, as it is kept with the account for every browser, and one's orders that wait to be paid."""
    return kept_basket.of_user(db.session(), user.id)


@routes.put("/api/basket", access=Access.SIGNED_IN, raises=(BasketChanged,))
def replace_basket(body: BasketIn, user: SignedInUser) -> BasketOut:
    """Replace what lies in one's basket. Nothing is ordered or set aside by it.

    With `version` only where the basket is still as it was read. Without it, lines that were paid meanwhile come back.
    """
    kept_basket.put(db.session(), user.id, added_up(body.lines), utcnow(), body.version)
    return kept_basket.of_user(db.session(), user.id)


@routes.get("/checkout/return/<token:attempt>", access=Access.ALL, status=303, writes=True)
async def come_back(attempt: str) -> Response:
    """Where the payment page sends the buyer: the order, settled if the provider answers."""
    known = await blocking(attempts.by_key, db.session(), attempt)
    if known is None:
        raise NotFound
    attempt_id, order_id = known
    await settle(db.session(), gateway(), attempt_id)
    return redirect(f"/orders/{order_id}", HTTPStatus.SEE_OTHER)
