from flask import request

from app.orders import service as orders
from app.payments import findings, give_up, history, refund_requests, refunds, webhooks
from app.payments.refund_requests import NothingToRefund, Wish
from app.payments.refund_reservations import TooMuch
from app.payments.schemas import (
    ClosedFinding,
    CloseFinding,
    EventReceived,
    Finding,
    HistoryEntry,
    NewRefund,
    RefundOut,
)
from app.runtime import languages
from app.runtime.async_bridge import blocking
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.runtime.errors import Conflict
from app.runtime.jobs import jobs
from app.stripe.gateway import gateway
from app.stripe.signature import SignatureRefused
from app.users.signed_in import SignedInUser
from app.web import idempotency
from app.web.api import Access, Answer, Api
from app.web.limits import TooManyRequests
from app.web.paging import Page, Paging
from app.web.request_input import raw_body

routes = Api("payments")


class RefundRefused(Conflict):
    error = "refund_refused"
    detail = "The payment provider refused this refund."


@routes.post(
    "/api/orders/<id:order_id>/refunds",
    access=Access.STAFF,
    status=201,
    also={200: "The refund that this key has made before; header Idempotency-Replayed"},
    headers=(idempotency.HEADER,),
    raises=(idempotency.KeyMissing, idempotency.KeyReused, NothingToRefund, TooMuch, RefundRefused),
)
async def refund_order(order_id: int, body: NewRefund, user: SignedInUser) -> Answer[RefundOut]:
    """Send money back, of the payment that paid the order or of another one: an amount, or all that is left.

    The same Idempotency-Key refunds once.
    """
    await blocking(orders.check, db.session(), order_id, user)
    key, wish = idempotency.key(), Wish(body.amount, body.restock, body.payment)
    refund, is_new = await blocking(refund_requests.request, db.session(), order_id, user, key, wish, utcnow())
    if is_new:
        await refunds.settle(db.session(), gateway(), refund.id)
    refund = await blocking(refunds.get, db.session(), refund.id)
    if refund.came_to_nothing:  # also where it was asked for before: no success may stand for money that stays here
        raise RefundRefused(refund.problem or "")
    if not is_new:
        return Answer(RefundOut.of(refund), 200, idempotency.REPLAYED)
    return Answer(RefundOut.of(refund))


@routes.get("/api/orders/<id:order_id>/history", access=Access.STAFF)
def show_history(order_id: int, user: SignedInUser) -> Answer[list[HistoryEntry]]:
    """All that happened to an order, in the order of time, and what is wrong, in words."""
    entries = history.of(db.session(), orders.get(db.session(), order_id, user))
    return Answer([each.told(languages.asked()) for each in entries], headers=languages.VARY)


@routes.get("/api/findings", access=Access.STAFF)
def list_findings() -> Answer[list[Finding]]:
    """What staff have to look at: differences that no rule can settle and that are not closed, the oldest first."""
    unclosed = findings.unclosed(db.session(), utcnow())
    return Answer([each.told(languages.asked()) for each in unclosed], headers=languages.VARY)


@routes.get("/api/findings/closed", access=Access.STAFF, raises=(TooManyRequests,))
def list_closed_findings(query: Paging) -> Answer[Page[ClosedFinding]]:
    """What staff have closed, with their reasons, the latest first."""
    closed = findings.closed(db.session(), query)
    return Answer(closed.map(lambda each: each.told(languages.asked())), headers=languages.VARY)


@routes.post(
    "/api/findings/<token:finding_id>/close",
    access=Access.STAFF,
    raises=(give_up.MayBePaid, give_up.BeingSettled, give_up.ProviderAway),
)
async def close_finding(finding_id: str, body: CloseFinding, user: SignedInUser) -> ClosedFinding:
    """Note that a finding was dealt with, and how. It is shown again only if its facts change, under another id.

    The finding of an attempt gives the attempt up: its session is ended, and what was set aside for it is free again.
    Closed twice it is closed once, and the first reason stands.
    """
    closed = await findings.close(db.session(), gateway(), finding_id, user, body.reason)
    return closed.told(languages.asked())


@routes.post(
    "/api/payments/webhook",
    access=Access.PROVIDER,
    raises=(SignatureRefused, webhooks.NoWebhookSecret),
    max_body=webhooks.MAX_EVENT,
)
def receive_event() -> EventReceived:
    """The payment provider's events, by their signature: snapshots and thin ones."""
    header, secrets = request.headers.get("Stripe-Signature", ""), settings().payments.webhook_secrets
    event_id = webhooks.receive(db.session(), header, raw_body(), secrets, utcnow())
    jobs().enqueue("event", event_id)
    return EventReceived(True)
