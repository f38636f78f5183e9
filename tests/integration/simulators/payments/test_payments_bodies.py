"""What the simulator answers against real answers of Stripe, to the last nested name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.payments.control import SESSIONS

BODIES = json.loads(
    (Path(__file__).parents[3] / "unit" / "simulators" / "stripe" / "bodies.json").read_text(encoding="utf-8")
)
UNUSED = "nothing here makes one, and it is null in a real answer without one"
SUBSCRIPTIONS = "of subscriptions, which this simulator has not"
PRICING = "a whole price is at the session's line, and only there"
KNOWN = {
    "account": dict.fromkeys(
        ("business_profile", "external_accounts", "future_requirements", "requirements", "settings", "tos_acceptance"),
        "the account's own affairs, which no shop reads",
    ),
    "charge": {
        "outcome": "of the check against fraud, which this simulator has not",
        "payment_method_details.card.installments": UNUSED,
        "payment_method_details.card.wallet": UNUSED,
        "refunds": "there only where it is expanded",
        "source": "of the API before payment intents",
        "transfer_data": "of Connect, which this simulator has not",
    },
    "checkout.session": {
        "consent": UNUSED,
        "consent_collection.payment_method_reuse_agreement": UNUSED,
        "currency_conversion": UNUSED,
        "invoice_creation.invoice_data.issuer": UNUSED,
        "invoice_creation.invoice_data.rendering_options": UNUSED,
        "payment_method_configuration_details": UNUSED,
        "permissions": UNUSED,
    },
    "customer": {"discount": SUBSCRIPTIONS, "invoice_settings.rendering_options": UNUSED},
    "dispute": {"enhanced_eligibility_types": UNUSED},
    "invoice": {
        "from_invoice": UNUSED,
        "last_finalization_error": UNUSED,
        "lines.data.parent": SUBSCRIPTIONS,
        "lines.data.pricing": PRICING,
        "parent": SUBSCRIPTIONS,
        "payment_settings.payment_method_options": UNUSED,
        "rendering": UNUSED,
        "subscription": "of a version before",
    },
    "item": {
        "price.custom_unit_amount": UNUSED,
        "price.recurring": SUBSCRIPTIONS,
        "price.transform_quantity": UNUSED,
    },
    "line_item": {"parent": SUBSCRIPTIONS, "pricing": PRICING},
    "payment_intent": {
        "automatic_payment_methods": "null for an intent of Checkout",
        "last_payment_error": "null before one is declined",
        "payment_method_configuration_details": UNUSED,
        "processing": UNUSED,
        "transfer_data": "of Connect, which this simulator has not",
    },
    "payment_method": dict.fromkeys(("card.generated_from", "card.wallet"), UNUSED),
    "price": {"custom_unit_amount": UNUSED, "transform_quantity": UNUSED},
    "product": {"package_dimensions": UNUSED},
}
"""What is not there, by object and nested name, and why."""


def absent(real: Any, ours: Any, place: str = "") -> Iterator[str]:
    """Names that the real one has and ours has not, and those with an object or a list where ours has nothing."""
    if isinstance(real, dict) and isinstance(ours, dict):
        for name, value in real.items():
            inner = f"{place}.{name}" if place else name
            if name in ours:
                yield from absent(value, ours[name], inner)
            else:
                yield inner
    elif isinstance(real, list) and isinstance(ours, list) and real and ours:
        yield from absent(real[0], ours[0], place)
    elif isinstance(real, dict | list) and real and not ours:
        yield place


@pytest.fixture
def things(payments, api, order):
    """One of each object, with as much in it as a shop can ask for."""

    def made(path: str, **form: Any) -> Any:
        return api.post(f"/v1/{path}", data=form).raise_for_status().json()

    address = {
        f"address[{name}]": value for name, value in (("city", "Wien"), ("country", "AT"), ("line1", "Graben 1"))
    }
    customer = made("customers", email="ada@shop.example", **address)
    price = made(
        "prices", currency="eur", unit_amount=900, **{"product_data[name]": "Pot", "recurring[interval]": "month"}
    )
    coupon = made("coupons", percent_off=10, duration="once")
    code = made("promotion_codes", **{"promotion[type]": "coupon", "promotion[coupon]": coupon["id"]})
    estimate = {
        f"delivery_estimate[{end}][{name}]": value
        for end in ("minimum", "maximum")
        for name, value in (("unit", "day"), ("value", 3))
    }
    cost = {"fixed_amount[amount]": 500, "fixed_amount[currency]": "eur"}
    rate = made("shipping_rates", display_name="Post", type="fixed_amount", **cost, **estimate)
    asked = {
        "adaptive_pricing[enabled]": "false",
        "after_expiration[recovery][enabled]": "true",
        "automatic_tax[enabled]": "true",
        "consent_collection[promotions]": "none",
        "invoice_creation[enabled]": "true",
        "saved_payment_method_options[payment_method_save]": "enabled",
        "shipping_address_collection[allowed_countries][]": "AT",
        "shipping_options[0][shipping_rate]": rate["id"],
        "line_items[0][adjustable_quantity][enabled]": "true",
        **{f"custom_text[{name}][message]": "Tea." for name in ("after_submit", "shipping_address", "submit")},
        "custom_text[terms_of_service_acceptance][message]": "Tea.",
    }
    session = payments.pay(made("checkout/sessions", **order, **asked)["id"])["session"]
    secure = payments.open_session()["id"]
    payments.pay(secure, "4000000000003220")
    [waiting] = [each for each in payments.listed("payment_intents") if each["status"] == "requires_action"]
    payments.authenticate(secure)
    payments.dispute(session=secure)
    refund = made("refunds", payment_intent=session["payment_intent"], amount=100)
    shown = {"expand[]": "line_items"}
    whole = api.get(f"{SESSIONS}/{session['id']}", params=shown).json()
    [invoice] = api.get("/v1/invoices").json()["data"]
    [dispute] = payments.listed("disputes")
    endpoint = made("webhook_endpoints", url="http://127.0.0.1:9/", **{"enabled_events[]": "*"})
    found = [customer, price, coupon, code, rate, session, refund, dispute, invoice, endpoint, waiting]
    found += [made("payment_methods", type="card", **{"card[token]": "tok_visa", "metadata[order_id]": "1"})]
    found += [payments.listed("charges")[-1], api.get(f"/v1/products/{price['product']}").json()]
    found += [whole["line_items"]["data"][0], invoice["lines"]["data"][0], api.get("/v1/account").json()]
    return {thing["object"]: thing for thing in found}


def test_answers_have_every_name_that_real_ones_have_but_for_those_whose_reason_is_written_here(things):
    missing = {kind: sorted(set(absent(BODIES[kind], thing))) for kind, thing in things.items()}

    assert {kind: names for kind, names in missing.items() if names} == {
        kind: sorted(reasons) for kind, reasons in KNOWN.items()
    }
