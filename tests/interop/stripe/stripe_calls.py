"""The calls that a shop makes of its payment provider, by Stripe's official Python SDK.

Run by `make interop` in an environment of its own: `python stripe_calls.py URL KEY` prints a line of JSON for each
call: its name, and the error, which is null where the call worked.
"""

import json
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.request import Request, urlopen

import stripe

CALLS: list[tuple[str, Callable[["Shop"], Any]]] = []
LINE = {"price_data": {"currency": "eur", "unit_amount": 1250, "product_data": {"name": "Tea"}}, "quantity": 2}
PAGES = {"success_url": "https://shop.example/paid", "cancel_url": "https://shop.example/back"}


def call(name: str) -> Callable[[Callable[["Shop"], Any]], Callable[["Shop"], Any]]:
    def add(function: Callable[["Shop"], Any]) -> Callable[["Shop"], Any]:
        CALLS.append((name, function))
        return function

    return add


class Shop:
    """A client of the simulator, with what calls have made so far."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.client = stripe.StripeClient(key, base_addresses={"api": url}, max_network_retries=0)
        self.v1 = self.client.v1

    def control(self, path: str, **body: Any) -> Any:
        data = json.dumps(body).encode()
        request = Request(f"{self.url}/_control{path}", data, {"Content-Type": "application/json"})
        return json.loads(urlopen(request, timeout=20).read())

    def session(self, **more: Any) -> Any:
        return self.v1.checkout.sessions.create({"mode": "payment", "line_items": [LINE], **PAGES, **more})

    def paid(self, card: str = "4242424242424242") -> Any:
        session = self.session()
        self.control(f"/sessions/{session.id}/pay", card=card)
        return self.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})

    def intent(self, **more: Any) -> Any:
        methods = {"enabled": True, "allow_redirects": "never"}
        given = {"amount": 2000, "currency": "eur", "automatic_payment_methods": methods, **more}
        return self.v1.payment_intents.create(given)

    def charged(self, card: str = "pm_card_visa", **more: Any) -> Any:
        return self.intent(payment_method=card, confirm=True, **more)

    def booked(self, **more: Any) -> Any:
        """A payment whose balance transaction is there, which takes a while: asynchronous capture is the default."""
        intent = self.charged(**more)
        self.control("/clock", advance=60)
        return intent

    def dispute(self) -> Any:
        return stripe.Dispute.construct_from(self.control("/disputes", session=self.paid().id), self.key)

    def coupon(self, **more: Any) -> Any:
        return self.v1.coupons.create({"percent_off": 10, "duration": "once", **more})

    def price(self, **more: Any) -> Any:
        return self.v1.prices.create({"currency": "eur", "unit_amount": 900, "product_data": {"name": "Pot"}, **more})

    def endpoint(self) -> Any:
        return self.v1.webhook_endpoints.create({"url": "https://shop.example/hook", "enabled_events": ["*"]})


def refused(expected: type[Exception], code: str | None, function: Callable[[], Any], param: str | None = None) -> None:
    raised: Any = None
    try:
        function()
    except expected as error:
        raised = error
    assert raised is not None, "it was not refused"
    assert raised.code == code, f"code {raised.code}"
    told = getattr(raised, "param", None)  # errors of some types have none
    assert param in (None, told), f"param {told}"


def sessions() -> None:
    def with_(name: str, check: Callable[[Any], Any] = lambda session: session.url, **more: Any) -> None:
        def run(shop: Shop) -> None:
            assert check(shop.session(**more)), "the answer is not as it ought to be"

        CALLS.append((f"sessions.create {name}", run))

    with_("plain", lambda session: session.amount_total == 2500)
    with_("address", lambda s: s.billing_address_collection == "required", billing_address_collection="required")
    with_("shipping address", shipping_address_collection={"allowed_countries": ["AT", "DE"]})
    with_("phone", lambda s: s.phone_number_collection.enabled, phone_number_collection={"enabled": True})
    with_("automatic tax", lambda s: s.automatic_tax.enabled, automatic_tax={"enabled": True})
    with_("tax ids", tax_id_collection={"enabled": True})
    with_("promotion codes", lambda s: s.allow_promotion_codes, allow_promotion_codes=True)
    rate = {"type": "fixed_amount", "display_name": "Post", "fixed_amount": {"amount": 500, "currency": "eur"}}
    with_(
        "shipping",
        lambda s: (s.amount_total, s.shipping_cost.amount_total) == (3000, 500),
        shipping_options=[{"shipping_rate_data": rate}],
    )
    adjustable = {**LINE, "adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 5}}
    with_("adjustable quantity", line_items=[adjustable])
    with_("customer_creation", lambda s: s.customer_creation == "always", customer_creation="always")
    with_("invoice_creation", lambda s: s.invoice_creation.enabled, invoice_creation={"enabled": True})
    with_("customer_email", lambda s: s.customer_email == "a@example.com", customer_email="a@example.com")
    with_("locale", lambda s: s.locale == "de", locale="de")
    with_("submit_type", lambda s: s.submit_type == "donate", submit_type="donate")
    with_("ui_mode hosted_page", lambda s: s.ui_mode == "hosted_page", ui_mode="hosted_page")
    text = {"key": "note", "label": {"type": "custom", "custom": "Note"}, "type": "text", "optional": True}
    with_("custom fields", lambda s: s.custom_fields[0].key == "note", custom_fields=[text])
    with_("consent", consent_collection={"terms_of_service": "required"})
    with_("custom text", custom_text={"submit": {"message": "Thank you"}})
    with_("intent data", payment_intent_data={"description": "Tea", "metadata": {"order": "1"}})
    with_("metadata", lambda s: s.metadata["order"] == "1", metadata={"order": "1"}, client_reference_id="1")
    with_(
        "expand", lambda s: s.line_items.data[0].price.product.name == "Tea", expand=["line_items.data.price.product"]
    )
    with_(
        "decimal price",
        lambda s: s.amount_total == 300,
        line_items=[
            {
                "quantity": 1,
                "price_data": {"currency": "eur", "unit_amount_decimal": 300, "product_data": {"name": "X"}},
            }
        ],
    )


sessions()


@call("sessions.retrieve expand breakdown, discounts and taxes")
def _(shop: Shop) -> None:
    made = shop.session(discounts=[{"coupon": shop.coupon().id}])
    wanted = ["total_details.breakdown", "line_items.data.discounts", "line_items.data.taxes"]
    told = shop.v1.checkout.sessions.retrieve(made.id, {"expand": wanted})
    assert told.total_details.breakdown.discounts[0].amount == 250
    assert told.line_items.data[0].discounts[0].discount.source.coupon
    assert told.line_items.data[0].taxes == []


@call("sessions.create embedded_page")
def _(shop: Shop) -> None:
    given = {"mode": "payment", "line_items": [LINE], "ui_mode": "embedded_page", "return_url": PAGES["success_url"]}
    assert shop.v1.checkout.sessions.create(given).client_secret


@call("sessions.create ui_mode hosted in an older version")
def _(shop: Shop) -> None:
    given = {"mode": "payment", "line_items": [LINE], **PAGES, "ui_mode": "hosted"}
    old = shop.v1.checkout.sessions.create(given, {"stripe_version": "2025-06-30.basil"})  # type: ignore[arg-type]
    assert old.ui_mode == "hosted"


@call("sessions.create ui_mode hosted is refused today")
def _(shop: Shop) -> None:
    refused(stripe.InvalidRequestError, None, lambda: shop.session(ui_mode="hosted"), "ui_mode")


@call("sessions.create with a price")
def _(shop: Shop) -> None:
    assert shop.session(line_items=[{"price": shop.price().id, "quantity": 3}]).amount_total == 2700


@call("sessions.create with a coupon")
def _(shop: Shop) -> None:
    session = shop.session(discounts=[{"coupon": shop.coupon().id}])
    assert (session.amount_total, session.total_details.amount_discount) == (2250, 250)


@call("sessions.create with a promotion code")
def _(shop: Shop) -> None:
    promotion = {"type": "coupon", "coupon": shop.coupon(percent_off=50).id}
    code = shop.v1.promotion_codes.create({"promotion": promotion})  # type: ignore[typeddict-item]
    assert shop.session(discounts=[{"promotion_code": code.id}]).amount_total == 1250


@call("sessions.create with a customer")
def _(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "ada@example.com"})
    session = shop.session(customer=customer.id, expand=["customer"])
    assert session.customer.email == "ada@example.com"


@call("sessions.create with a shipping rate")
def _(shop: Shop) -> None:
    fixed = {"amount": 700, "currency": "eur"}
    rate = shop.v1.shipping_rates.create({"display_name": "Post", "type": "fixed_amount", "fixed_amount": fixed})
    assert shop.session(shipping_options=[{"shipping_rate": rate.id}]).amount_total == 3200
    assert shop.v1.shipping_rates.retrieve(rate.id).fixed_amount.amount == 700


@call("sessions.create with shipping, tax, a code and an invoice, and what the customer chooses")
def _(shop: Shop) -> None:
    fixed = {"amount": 1000, "currency": "eur"}
    rates = [
        shop.v1.shipping_rates.create({"display_name": name, "type": "fixed_amount", "fixed_amount": fixed})
        for name in ("Post", "Express")
    ]
    coupon = shop.v1.coupons.create({"percent_off": 20, "duration": "once"})
    shop.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "CHOSEN"})
    session = shop.session(
        shipping_options=[{"shipping_rate": each.id} for each in rates],
        automatic_tax={"enabled": True},
        allow_promotion_codes=True,
        invoice_creation={"enabled": True},
        branding_settings={"display_name": "Tea & Co"},
    )
    shop.control(f"/sessions/{session.id}/choose", shipping_rate=rates[1].id, code="CHOSEN", country="AT")
    shop.control(f"/sessions/{session.id}/pay")
    paid = shop.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice", "shipping_cost.shipping_rate"]})
    told = paid.total_details
    assert (paid.amount_subtotal, paid.amount_total) == (2500, 3600)
    assert (told.amount_discount, told.amount_shipping, told.amount_tax) == (500, 1000, 600)
    assert (paid.invoice.total, paid.shipping_cost.shipping_rate.display_name) == (3600, "Express")
    assert paid.branding_settings.display_name == "Tea & Co"
    assert shop.v1.invoices.retrieve(paid.invoice.id).status == "paid"
    assert paid.invoice.id in [each.id for each in shop.v1.invoices.list().data]


@call("sessions.create: an unknown parameter is refused")
def _(shop: Shop) -> None:
    refused(stripe.InvalidRequestError, "parameter_unknown", lambda: shop.session(surprise="1"), "surprise")


@call("sessions.create: an unknown nested parameter is refused")
def _(shop: Shop) -> None:
    data = {"surprise": "1"}
    wish = lambda: shop.session(payment_intent_data=data)  # noqa: E731
    refused(stripe.InvalidRequestError, "parameter_unknown", wish, "payment_intent_data[surprise]")


@call("sessions.create: too small a sum is refused")
def _(shop: Shop) -> None:
    line = {"price_data": {"currency": "eur", "unit_amount": 49, "product_data": {"name": "Tea"}}, "quantity": 1}
    refused(stripe.InvalidRequestError, "amount_too_small", lambda: shop.session(line_items=[line]))


@call("sessions.create: a key is used again")
def _(shop: Shop) -> None:
    given = {"mode": "payment", "line_items": [LINE], **PAGES}
    first = shop.v1.checkout.sessions.create(given, {"idempotency_key": "k1"})
    again = shop.v1.checkout.sessions.create(given, {"idempotency_key": "k1"})
    assert first.id == again.id
    other = {**given, "locale": "de"}
    wish = lambda: shop.v1.checkout.sessions.create(other, {"idempotency_key": "k1"})  # noqa: E731
    refused(stripe.IdempotencyError, None, wish)


@call("sessions.retrieve")
def _(shop: Shop) -> None:
    made = shop.session()
    assert shop.v1.checkout.sessions.retrieve(made.id).id == made.id


@call("sessions.retrieve expand customer, intent and charge")
def _(shop: Shop) -> None:
    assert shop.paid().payment_intent.latest_charge.paid


@call("sessions.retrieve: one that is not there")
def _(shop: Shop) -> None:
    wish = lambda: shop.v1.checkout.sessions.retrieve("cs_test_none")  # noqa: E731
    refused(stripe.InvalidRequestError, "resource_missing", wish)


@call("sessions.list")
def _(shop: Shop) -> None:
    shop.session()
    assert shop.v1.checkout.sessions.list({"limit": 1, "status": "open", "expand": ["data.line_items"]}).data


@call("sessions.list by customer email and creation")
def _(shop: Shop) -> None:
    shop.session(customer_email="only@example.com")
    found = shop.v1.checkout.sessions.list({"customer_details": {"email": "only@example.com"}, "created": {"gte": 1}})
    assert len(found.data) == 1


@call("sessions.list auto paging")
def _(shop: Shop) -> None:
    made = {shop.session().id for _ in range(3)}
    assert made <= {each.id for each in shop.v1.checkout.sessions.list({"limit": 2}).auto_paging_iter()}


@call("sessions.update metadata")
def _(shop: Shop) -> None:
    changed = shop.v1.checkout.sessions.update(shop.session(metadata={"a": "1"}).id, {"metadata": {"b": "2"}})
    assert changed.metadata.to_dict() == {"a": "1", "b": "2"}


@call("sessions.update shipping options")
def _(shop: Shop) -> None:
    rate = {"type": "fixed_amount", "display_name": "Post", "fixed_amount": {"amount": 500, "currency": "eur"}}
    wanted = {"shipping_options": [{"shipping_rate_data": rate}]}
    assert shop.v1.checkout.sessions.update(shop.session().id, wanted).amount_total == 3000  # type: ignore[arg-type]


@call("sessions.expire")
def _(shop: Shop) -> None:
    assert shop.v1.checkout.sessions.expire(shop.session().id).status == "expired"


@call("sessions.line_items with paging")
def _(shop: Shop) -> None:
    session = shop.session(line_items=[LINE] * 3)
    items = shop.v1.checkout.sessions.line_items.list(session.id, {"limit": 2})
    assert len(items.data) == 2
    assert items.has_more
    assert len(list(items.auto_paging_iter())) == 3


@call("payment_intents.create")
def _(shop: Shop) -> None:
    assert shop.intent().status == "requires_payment_method"


@call("payment_intents.create and confirm")
def _(shop: Shop) -> None:
    wanted = ["latest_charge.balance_transaction", "payment_method"]
    intent = shop.charged(expand=wanted)
    assert intent.status == "succeeded"
    assert intent.latest_charge.balance_transaction is None
    at_once = shop.charged(expand=wanted, capture_method="automatic")
    assert at_once.latest_charge.balance_transaction.fee > 0
    assert intent.payment_method.card.last4 == "4242"


@call("payment_intents.create with return_url")
def _(shop: Shop) -> None:
    given = {"amount": 2000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    assert shop.v1.payment_intents.create({**given, "return_url": PAGES["success_url"]}).status == "succeeded"
    refused(stripe.InvalidRequestError, None, lambda: shop.v1.payment_intents.create(given))


@call("payment_intents.create: declined")
def _(shop: Shop) -> None:
    refused(stripe.CardError, "card_declined", lambda: shop.charged("pm_card_chargeDeclined"))


@call("payment_intents.create: too small a sum is refused")
def _(shop: Shop) -> None:
    wish = lambda: shop.v1.payment_intents.create({"amount": 10, "currency": "usd"})  # noqa: E731
    refused(stripe.InvalidRequestError, "amount_too_small", wish, "amount")


@call("payment_intents.confirm")
def _(shop: Shop) -> None:
    intent = shop.v1.payment_intents.confirm(shop.intent().id, {"payment_method": "pm_card_mastercard"})
    assert intent.status == "succeeded"


@call("payment_intents.confirm: 3-D Secure")
def _(shop: Shop) -> None:
    given = {"payment_method": "pm_card_threeDSecure2Required", "return_url": PAGES["success_url"]}
    intent = shop.v1.payment_intents.confirm(shop.intent().id, given)  # type: ignore[arg-type]
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")


@call("payment_intents.cancel")
def _(shop: Shop) -> None:
    intent = shop.v1.payment_intents.cancel(shop.intent().id, {"cancellation_reason": "abandoned"})
    assert (intent.status, intent.cancellation_reason) == ("canceled", "abandoned")


@call("payment_intents.capture")
def _(shop: Shop) -> None:
    held = shop.charged(capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 2000)
    assert shop.v1.payment_intents.capture(held.id).amount_received == 2000


@call("payment_intents.capture a part")
def _(shop: Shop) -> None:
    held = shop.charged(capture_method="manual")
    taken = shop.v1.payment_intents.capture(held.id, {"amount_to_capture": 1500, "expand": ["latest_charge"]})
    assert (taken.amount_received, taken.latest_charge.amount_captured) == (1500, 1500)


@call("payment_intents.cancel what is held")
def _(shop: Shop) -> None:
    assert shop.v1.payment_intents.cancel(shop.charged(capture_method="manual").id).status == "canceled"


@call("payment_intents.update")
def _(shop: Shop) -> None:
    changed = shop.v1.payment_intents.update(shop.intent().id, {"amount": 3000, "description": "Tea"})
    assert (changed.amount, changed.description) == (3000, "Tea")


@call("payment_intents.retrieve")
def _(shop: Shop) -> None:
    made = shop.intent()
    assert shop.v1.payment_intents.retrieve(made.id, {"expand": ["customer"]}).id == made.id


@call("payment_intents.list")
def _(shop: Shop) -> None:
    customer = shop.v1.customers.create({}).id
    shop.intent(customer=customer)
    assert len(shop.v1.payment_intents.list({"customer": customer, "limit": 3}).data) == 1


@call("payment_intents.search")
def _(shop: Shop) -> None:
    made = shop.charged(metadata={"order": "s1"})
    found = shop.v1.payment_intents.search({"query": 'status:"succeeded" AND metadata["order"]:"s1"'})
    assert [each.id for each in found.data] == [made.id]


@call("payment_intents.search: what makes no sense is refused")
def _(shop: Shop) -> None:
    wish = lambda: shop.v1.payment_intents.search({"query": 'surprise:"1"'})  # noqa: E731
    refused(stripe.InvalidRequestError, None, wish, "query")


@call("charges.retrieve expand")
def _(shop: Shop) -> None:
    intent = shop.booked()
    wanted = ["balance_transaction", "payment_intent", "refunds"]
    charge = shop.v1.charges.retrieve(intent.latest_charge, {"expand": wanted})
    assert charge.payment_intent.id == intent.id
    assert charge.balance_transaction.net < 2000
    assert charge.refunds.data == []


@call("charges.list")
def _(shop: Shop) -> None:
    intent = shop.charged()
    assert len(shop.v1.charges.list({"payment_intent": intent.id}).data) == 1


@call("charges.update")
def _(shop: Shop) -> None:
    changed = shop.v1.charges.update(shop.charged().latest_charge, {"metadata": {"a": "1"}, "description": "Tea"})
    assert (changed.description, changed.metadata["a"]) == ("Tea", "1")


@call("charges.capture")
def _(shop: Shop) -> None:
    assert shop.v1.charges.capture(shop.charged(capture_method="manual").latest_charge).captured


@call("charges.create with a token")
def _(shop: Shop) -> None:
    charge = shop.v1.charges.create({"amount": 2000, "currency": "eur", "source": "tok_visa"})
    assert (charge.paid, charge.payment_intent) == (True, None)


@call("charges.create declined")
def _(shop: Shop) -> None:
    given: Any = {"amount": 2000, "currency": "eur", "source": "tok_chargeDeclined"}
    refused(stripe.CardError, "card_declined", lambda: shop.v1.charges.create(given))


@call("payment_methods.create and retrieve")
def _(shop: Shop) -> None:
    made = shop.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    assert shop.v1.payment_methods.retrieve(made.id).card.last4 == "4242"


@call("payment_methods.attach, update, list and detach")
def _(shop: Shop) -> None:
    calls, customer = shop.v1.payment_methods, shop.v1.customers.create({"email": "x@example.com"}).id
    method = calls.attach("pm_card_visa", {"customer": customer}).id
    assert calls.update(method, {"metadata": {"a": "1"}}).metadata["a"] == "1"
    assert [each.id for each in calls.list({"customer": customer, "type": "card"}).data] == [method]
    assert [each.id for each in shop.v1.customers.payment_methods.list(customer).data] == [method]
    assert shop.v1.customers.payment_methods.retrieve(customer, method).customer == customer
    assert calls.detach(method).customer is None


@call("payment_methods of a customer: paid with again")
def _(shop: Shop) -> None:
    customer = shop.v1.customers.create({"email": "x@example.com"}).id
    kept = shop.charged(customer=customer, setup_future_usage="off_session").payment_method
    assert shop.charged(kept, customer=customer, off_session=True).status == "succeeded"


@call("payment_methods.create with a number")
def _(shop: Shop) -> None:
    card: Any = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    create = shop.v1.payment_methods.create
    refused(stripe.StripeError, None, lambda: create({"type": "card", "card": card}))


@call("invoices.line_items.list")
def _(shop: Shop) -> None:
    session = shop.session(invoice_creation={"enabled": True})
    shop.control(f"/sessions/{session.id}/pay")
    invoice = shop.v1.checkout.sessions.retrieve(session.id).invoice
    assert shop.v1.invoices.line_items.list(invoice).data[0].quantity == 2


@call("charges.search")
def _(shop: Shop) -> None:
    shop.charged(metadata={"order": "c1"})
    assert len(shop.v1.charges.search({"query": 'metadata["order"]:"c1" AND amount>100'}).data) == 1


@call("refunds.create")
def _(shop: Shop) -> None:
    refund = shop.v1.refunds.create({"payment_intent": shop.charged().id, "reason": "requested_by_customer"})
    assert (refund.status, refund.amount) == ("succeeded", 2000)


@call("refunds.create a part, by charge")
def _(shop: Shop) -> None:
    refund = shop.v1.refunds.create({"charge": shop.charged().latest_charge, "amount": 500, "metadata": {"a": "1"}})
    assert refund.amount == 500


@call("refunds.create: more than is left is refused")
def _(shop: Shop) -> None:
    wish = lambda: shop.v1.refunds.create({"payment_intent": shop.charged().id, "amount": 9999})  # noqa: E731
    refused(stripe.InvalidRequestError, None, wish, "amount")


@call("refunds.create: twice is refused")
def _(shop: Shop) -> None:
    intent = shop.charged().id
    shop.v1.refunds.create({"payment_intent": intent})
    wish = lambda: shop.v1.refunds.create({"payment_intent": intent})  # noqa: E731
    refused(stripe.InvalidRequestError, "charge_already_refunded", wish)


@call("refunds.update")
def _(shop: Shop) -> None:
    refund = shop.v1.refunds.create({"payment_intent": shop.charged().id})
    assert shop.v1.refunds.update(refund.id, {"metadata": {"a": "1"}}).metadata["a"] == "1"


@call("refunds.cancel")
def _(shop: Shop) -> None:
    shop.control("/refunds", status="requires_action")
    refund = shop.v1.refunds.create({"payment_intent": shop.charged().id})
    assert shop.v1.refunds.cancel(refund.id).status == "canceled"


@call("refunds.cancel: one that is done is refused")
def _(shop: Shop) -> None:
    refund = shop.v1.refunds.create({"payment_intent": shop.charged().id})
    refused(stripe.InvalidRequestError, None, lambda: shop.v1.refunds.cancel(refund.id))


@call("refunds.retrieve expand")
def _(shop: Shop) -> None:
    refund = shop.v1.refunds.create({"payment_intent": shop.charged().id})
    wanted = ["charge", "payment_intent", "balance_transaction"]
    told = shop.v1.refunds.retrieve(refund.id, {"expand": wanted})
    assert (told.charge.amount, told.balance_transaction.amount) == (2000, -2000)


@call("refunds.list")
def _(shop: Shop) -> None:
    intent = shop.charged().id
    shop.v1.refunds.create({"payment_intent": intent})
    assert len(shop.v1.refunds.list({"payment_intent": intent}).data) == 1


@call("disputes.retrieve expand")
def _(shop: Shop) -> None:
    dispute = shop.v1.disputes.retrieve(shop.dispute().id, {"expand": ["charge", "payment_intent"]})
    assert dispute.charge.disputed


@call("disputes.list")
def _(shop: Shop) -> None:
    dispute = shop.dispute()
    assert shop.v1.disputes.list({"payment_intent": dispute.payment_intent}).data[0].id == dispute.id


@call("disputes.update evidence")
def _(shop: Shop) -> None:
    given = {"evidence": {"product_description": "Tea"}, "submit": False, "metadata": {"a": "1"}}
    dispute = shop.v1.disputes.update(shop.dispute().id, given)  # type: ignore[arg-type]
    assert (dispute.evidence.product_description, dispute.status) == ("Tea", "needs_response")


@call("disputes.update submit")
def _(shop: Shop) -> None:
    given = {"evidence": {"product_description": "Tea"}, "submit": True}
    assert shop.v1.disputes.update(shop.dispute().id, given).status == "under_review"  # type: ignore[arg-type]


@call("disputes.close")
def _(shop: Shop) -> None:
    assert shop.v1.disputes.close(shop.dispute().id).status == "lost"


def catalogue() -> None:
    """create, retrieve, update, list, and delete where there is such a call."""
    things: dict[str, tuple[Callable[[Shop], Any], dict[str, Any]]] = {
        "customers": (lambda shop: shop.v1.customers.create({"email": "x@example.com", "name": "X"}), {"name": "Y"}),
        "products": (lambda shop: shop.v1.products.create({"name": "Tea"}), {"name": "Coffee"}),
        "prices": (lambda shop: shop.price(), {"nickname": "Y"}),
        "coupons": (lambda shop: shop.coupon(name="X"), {"name": "Y"}),
        "promotion_codes": (
            lambda shop: shop.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": shop.coupon().id}}),
            {"active": False},
        ),
        "shipping_rates": (
            lambda shop: shop.v1.shipping_rates.create(
                {"display_name": "P", "type": "fixed_amount", "fixed_amount": {"amount": 1, "currency": "eur"}}
            ),
            {"active": False},
        ),
        "webhook_endpoints": (lambda shop: shop.endpoint(), {"enabled_events": ["charge.refunded"]}),
    }
    for kind, (make, change) in things.items():
        acts = ["create", "retrieve", "update", "list"]
        acts += ["delete"] if kind in ("customers", "products", "coupons", "webhook_endpoints") else []
        CALLS.extend((f"{kind}.{act}", catalogued(kind, act, make, change)) for act in acts)


def catalogued(kind: str, act: str, make: Callable[[Shop], Any], change: dict[str, Any]) -> Callable[[Shop], None]:
    def run(shop: Shop) -> None:
        calls, thing = getattr(shop.v1, kind), make(shop)
        if act == "retrieve":
            assert calls.retrieve(thing.id).id == thing.id
        elif act == "update":
            changed = calls.update(thing.id, change)
            assert all(getattr(changed, name) == value for name, value in change.items())
        elif act == "list":
            assert thing.id in [each.id for each in calls.list({"limit": 100}).auto_paging_iter()]
        elif act == "delete":
            assert calls.delete(thing.id).deleted
        else:
            assert thing.id

    return run


catalogue()


@call("webhook_endpoints.create of the version that is spoken")
def _(shop: Shop) -> None:
    given: Any = {"url": "https://shop.example/hook", "enabled_events": ["*"], "api_version": "2026-11-18.endive"}
    assert shop.v1.webhook_endpoints.create(given).api_version == "2026-11-18.endive"


@call("customers.search")
def _(shop: Shop) -> None:
    shop.v1.customers.create({"email": "find@example.com"})
    assert len(shop.v1.customers.search({"query": 'email:"find@example.com"'}).data) == 1


@call("products.search")
def _(shop: Shop) -> None:
    shop.v1.products.create({"name": "Rooibos"})
    assert len(shop.v1.products.search({"query": 'name~"rooib" AND active:"true"'}).data) == 1


@call("prices.search")
def _(shop: Shop) -> None:
    price = shop.price()
    assert shop.v1.prices.search({"query": f'product:"{price.product}"'}).data[0].id == price.id


@call("products.create with a price")
def _(shop: Shop) -> None:
    data = {"currency": "eur", "unit_amount": 500}
    product = shop.v1.products.create({"name": "Tea", "default_price_data": data, "expand": ["default_price"]})
    assert product.default_price.unit_amount == 500


@call("prices.retrieve expand product")
def _(shop: Shop) -> None:
    assert shop.v1.prices.retrieve(shop.price().id, {"expand": ["product"]}).product.name == "Pot"


@call("coupons.create by amount")
def _(shop: Shop) -> None:
    coupon = shop.v1.coupons.create({"amount_off": 500, "currency": "eur", "duration": "once", "max_redemptions": 1})
    assert (coupon.amount_off, coupon.valid) == (500, True)


@call("promotion_codes.retrieve expand coupon")
def _(shop: Shop) -> None:
    promotion = {"type": "coupon", "coupon": shop.coupon().id}
    code = shop.v1.promotion_codes.create({"promotion": promotion, "code": "TEA10"})  # type: ignore[typeddict-item]
    told = shop.v1.promotion_codes.retrieve(code.id, {"expand": ["promotion.coupon"]})
    assert told.promotion.coupon.percent_off == 10


@call("promotion_codes.create of a coupon in an older version")
def _(shop: Shop) -> None:
    coupon = shop.coupon().id
    old: Any = {"stripe_version": "2025-06-30.basil"}
    code: Any = shop.v1.promotion_codes.create({"coupon": coupon, "code": "OLD10"}, old)  # type: ignore[typeddict-item]
    assert code.coupon.id == coupon


@call("balance.retrieve")
def _(shop: Shop) -> None:
    before = shop.v1.balance.retrieve().pending[0].amount
    shop.booked()
    assert shop.v1.balance.retrieve().pending[0].amount > before


@call("balance_transactions.list")
def _(shop: Shop) -> None:
    charge = shop.booked().latest_charge
    found = shop.v1.balance_transactions.list({"source": charge, "type": "charge", "expand": ["data.source"]})
    assert found.data[0].source.id == charge


@call("balance_transactions.retrieve")
def _(shop: Shop) -> None:
    name = shop.v1.charges.retrieve(shop.booked().latest_charge).balance_transaction
    assert shop.v1.balance_transactions.retrieve(name).amount == 2000


@call("accounts.retrieve_current")
def _(shop: Shop) -> None:
    assert shop.v1.accounts.retrieve_current().charges_enabled


@call("accounts.retrieve")
def _(shop: Shop) -> None:
    assert shop.v1.accounts.retrieve(shop.v1.accounts.retrieve_current().id).country


@call("events.list by type")
def _(shop: Shop) -> None:
    shop.paid()
    found = shop.v1.events.list({"types": ["checkout.session.completed", "charge.succeeded"], "limit": 2})
    assert len(found.data) == 2


@call("events.list by pattern")
def _(shop: Shop) -> None:
    shop.paid()
    assert shop.v1.events.list({"type": "checkout.session.*"}).data[0].type == "checkout.session.completed"


@call("events.list delivery_success")
def _(shop: Shop) -> None:
    shop.v1.events.list({"delivery_success": True})
    shop.v1.events.list({"delivery_success": False})


@call("events.retrieve")
def _(shop: Shop) -> None:
    shop.paid()
    event = shop.v1.events.list({"limit": 1}).data[0]
    assert shop.v1.events.retrieve(event.id).api_version == shop.v1.events.retrieve(event.id)["api_version"]


@call("events: those of a purchase, in their order")
def _(shop: Shop) -> None:
    session = shop.paid()
    told = [event.type for event in shop.v1.events.list({"limit": 4}).data[::-1]]
    assert session.payment_status == "paid"
    expected = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    assert told == expected, told


@call("events: an endpoint's deliveries verify")
def _(shop: Shop) -> None:
    endpoint = shop.endpoint()
    body = b'{"id": "evt_1", "object": "event"}'
    with suppress(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, "t=1,v1=00", endpoint.secret)
        raise AssertionError


@call("v2 events.list")
def _(shop: Shop) -> None:
    intent = shop.charged()
    found = shop.client.v2.core.events.list({"object_id": intent.id})
    assert {event.type for event in found.data} >= {"v1.payment_intent.succeeded"}


@call("v2 events.retrieve and the object that it is about")
def _(shop: Shop) -> None:
    intent = shop.charged()
    first = shop.client.v2.core.events.list({"object_id": intent.id}).data[0]
    event = shop.client.v2.core.events.retrieve(first.id)
    assert event.related_object.id == intent.id  # type: ignore[attr-defined]
    assert event.fetch_related_object().id == intent.id  # type: ignore[attr-defined]


@call("v2 event_destinations.create")
def _(shop: Shop) -> None:
    assert destination(shop).webhook_endpoint.signing_secret


def destination(shop: Shop) -> Any:
    return shop.client.v2.core.event_destinations.create(
        {
            "name": "Shop",
            "type": "webhook_endpoint",
            "event_payload": "thin",
            "enabled_events": ["v1.checkout.session.completed"],
            "webhook_endpoint": {"url": "https://shop.example/hook"},
            "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        }
    )


@call("v2 event_destinations.list, page by page")
def _(shop: Shop) -> None:
    made = [destination(shop).id for _ in range(3)]
    pages = shop.client.v2.core.event_destinations.list({"limit": 1})
    assert [each.id for each in pages.auto_paging_iter()][:3] == made[::-1]


@call("v2 errors: an unknown field, and a key for another body")
def _(shop: Shop) -> None:
    create = shop.client.v2.core.event_destinations.create
    given: Any = {"name": "Shop", "type": "webhook_endpoint", "event_payload": "thin", "enabled_events": ["v1.x"]}
    given["webhook_endpoint"] = {"url": "https://shop.example/hook"}
    refused(stripe.InvalidRequestError, "invalid_fields", lambda: create({**given, "surprise": 1}))
    options: Any = {"idempotency_key": shop.key + given["name"]}
    create(given, options)
    refused(stripe.IdempotencyError, "idempotency_error", lambda: create({**given, "name": "Other"}, options))


@call("v2 event_destinations.retrieve, list and delete")
def _(shop: Shop) -> None:
    made = destination(shop)
    calls = shop.client.v2.core.event_destinations
    assert calls.retrieve(made.id).name == "Shop"
    assert made.id in [each.id for each in calls.list().data]
    assert calls.delete(made.id).id == made.id


@call("v2 event_destinations.disable and enable")
def _(shop: Shop) -> None:
    calls, made = shop.client.v2.core.event_destinations, destination(shop)
    assert calls.disable(made.id).status == "disabled"
    assert calls.enable(made.id).status == "enabled"


@call("errors: an unknown key")
def _(shop: Shop) -> None:
    stranger = stripe.StripeClient("sk_live_none", base_addresses={"api": shop.url}, max_network_retries=0)
    refused(stripe.AuthenticationError, None, stranger.v1.balance.retrieve)


@call("errors: too many requests")
def _(shop: Shop) -> None:
    shop.control("/faults", kind="error", status=429, times=1)
    refused(stripe.RateLimitError, None, shop.v1.balance.retrieve)


@call("errors: a retry by the SDK")
def _(shop: Shop) -> None:
    shop.control("/faults", kind="error", status=500, times=1)
    patient = stripe.StripeClient(shop.key, base_addresses={"api": shop.url}, max_network_retries=2)
    assert patient.v1.balance.retrieve().object == "balance"


def main(url: str, key: str) -> None:
    for name, function in CALLS:
        error = None
        try:
            function(Shop(url, key))
        except Exception as failure:  # noqa: BLE001 - whatever it is, the call did not work
            where = traceback.extract_tb(failure.__traceback__)[-1].lineno
            error = f"{type(failure).__name__}: {failure} (line {where})"
        print(json.dumps({"call": name, "error": error}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
