"""The simulator against Stripe's own description of its API, and against real answers of Stripe.

`stripe/bodies.json` holds answers that Stripe publishes for tests, under the licence beside it.
"""

import json
from pathlib import Path

import pytest

from app.stripe import gateway, schemas
from simulators.payments import description, shapes, versions
from simulators.payments.protocol import Refusal, parse_form

BODIES = json.loads((Path(__file__).parent / "stripe" / "bodies.json").read_text())
NOW = 1_790_000_000
CHARGE = shapes.charge("ch_1", NOW, 1200, "eur") | {"payment_method_details": {"type": "card"}}
PRICE = shapes.price(NOW, "prod_1", 1200, "eur")
INVOICE = shapes.invoice(
    shapes.session("cs_1", NOW) | {"amount_subtotal": 1200, "amount_total": 1200, "currency": "eur"}, NOW, "SIM-0001"
)
MADE = [
    shapes.account(),
    CHARGE,
    PRICE,
    shapes.coupon("c", NOW),
    shapes.customer("cus_1", NOW),
    shapes.dispute("du_1", NOW, 1200, CHARGE),
    INVOICE,
    shapes.invoice_line(INVOICE, shapes.line_item(PRICE, "Tea", 2)),
    shapes.intent("pi_1", NOW, 1200, "eur"),
    shapes.line_item(PRICE, "Tea", 2),
    shapes.product("prod_1", NOW),
    shapes.promotion_code(NOW, "TEA", "c"),
    shapes.refund("re_1", NOW, 1200, CHARGE),
    shapes.session("cs_1", NOW) | {"expires_at": NOW},
    shapes.shipping_rate(NOW),
    shapes.webhook_endpoint(NOW, "https://shop.example", ["*"]),
]
LEFT_OUT = {
    "account": {
        "business_profile",
        "external_accounts",
        "future_requirements",
        "requirements",
        "settings",
        "tos_acceptance",
    },
    "charge": {"refunds"},  # only where it is expanded
    "invoice": {"subscription"},  # of a version before
}


def test_kiosk_and_the_simulator_speak_one_version_and_what_is_described_is_of_the_same_major_one():
    assert gateway.API_VERSION == versions.CURRENT
    assert description.version() == versions.DESCRIBED
    assert versions.DESCRIBED.partition(".")[2] == versions.CURRENT.partition(".")[2]


@pytest.mark.parametrize("thing", MADE, ids=lambda thing: thing["object"])
def test_an_object_has_only_what_stripe_describes_and_all_that_has_to_be_there(thing):
    assert list(description.differences(thing)) == []


@pytest.mark.parametrize("thing", MADE, ids=lambda thing: thing["object"])
def test_an_object_has_every_field_that_a_real_answer_has(thing):
    real = BODIES[thing["object"]]

    assert real.keys() - thing.keys() == LEFT_OUT.get(thing["object"], set())


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (schemas.CheckoutSession, "checkout.session"),
        (schemas.PaymentIntent, "payment_intent"),
        (schemas.ProviderRefund, "refund"),
        (schemas.ProviderDispute, "dispute"),
        (schemas.Charge, "charge"),
        (schemas.ShippingRate, "shipping_rate"),
    ],
)
def test_stripe_describes_every_field_that_kiosk_reads(shape, kind):
    described = {name.removesuffix("?") for name in description.fields(kind)}

    assert set(shape.__struct_fields__) <= described


def test_stripe_describes_what_kiosk_reads_of_a_total():
    described = description.fields("checkout.session")["total_details?"]

    assert set(schemas.TotalDetails.__struct_fields__) <= {name.removesuffix("?") for name in described}


def read(call, form):
    return description.read(call, parse_form(form))


def test_parameters_have_their_types():
    form = "amount=5&metadata[a]=1&payment_intent=pi_1&reverse_transfer=true"

    assert read("post /v1/refunds", form) == {
        "amount": 5,
        "metadata": {"a": "1"},
        "payment_intent": "pi_1",
        "reverse_transfer": True,
    }


@pytest.mark.parametrize(
    ("call", "form", "param", "code", "words"),
    [
        ("post /v1/refunds", "surprise=1", "surprise", "parameter_unknown", "Received unknown parameter: surprise"),
        (
            "post /v1/checkout/sessions",
            "line_items[0][price_data][surprise]=1",
            "line_items[0][price_data][surprise]",
            "parameter_unknown",
            "Received unknown parameter",
        ),
        ("post /v1/refunds", "amount=5.5", "amount", "parameter_invalid_integer", "Invalid integer: 5.5"),
        ("post /v1/refunds", "reason=none", "reason", None, "must be one of duplicate, fraudulent, or requested_by"),
        ("post /v1/refunds", "charge=", "charge", "parameter_invalid_empty", "You passed an empty string for 'charge'"),
        ("post /v1/refunds", "metadata=1", "metadata", None, "Invalid object"),
        ("post /v1/payment_intents", "amount=5", "currency", "parameter_missing", "Missing required param: currency"),
        ("post /v1/payment_intents", "amount=5&currency=eur&confirm=yes", "confirm", None, "Invalid boolean: yes"),
        ("get /v1/events", "types=a", "types", None, "Invalid array"),
        ("post /v1/checkout/sessions", "ui_mode=hosted", "ui_mode", None, "must be one of"),
        ("post /v1/checkout/sessions", "payment_method_types[]=card", "payment_method_types", "parameter_unknown", ""),
    ],
)
def test_what_a_call_does_not_take_is_refused_in_stripes_words(call, form, param, code, words):
    with pytest.raises(Refusal) as refused:
        read(call, form)

    assert (refused.value.param, refused.value.code, words in refused.value.message) == (param, code, True)


def test_an_older_version_takes_what_has_gone_since():
    given = parse_form("ui_mode=hosted&payment_method_types[]=card")

    assert description.read("post /v1/checkout/sessions", given, "2025-06-30.basil") == {
        "ui_mode": "hosted",
        "payment_method_types": ["card"],
    }


def test_an_older_version_is_answered_in_its_words():
    session, code = shapes.session("cs_1", NOW), shapes.promotion_code(NOW, "TEA", "c")

    coupons = {"c": shapes.coupon("c", NOW)}
    told = versions.written({"data": [session, code]}, "2025-06-30.basil", coupons)["data"]

    assert (told[0]["ui_mode"], told[1]["coupon"], "promotion" in told[1]) == ("hosted", coupons["c"], False)
    assert versions.written(session, "2026-07-29.dahlia", coupons)["ui_mode"] == "hosted_page"
