"""What Stripe takes and this simulator has not: refused, since what is ignored would look as if it worked."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from simulators.payments.protocol import Refusal, Resource, no_such

PLATFORM = (
    "Only Stripe Connect platforms can work with other accounts. If you specified a client_id parameter, make sure it's"
    " correct. If you need to setup a Stripe Connect platform, you can do so at"
    " https://dashboard.stripe.com/account/applications/settings."
)
OF_CONNECT = [
    "application_fee",
    "application_fee_amount",
    "connect",
    "destination",
    "on_behalf_of",
    "refund_application_fee",
    "reverse_transfer",
    "transfer_data",
]
PRICES = (
    "This simulator has prices for a unit alone: no tiers, no amounts that a customer chooses, no transformed quantity."
)
MULTICAPTURE = (
    "This account is not eligible for the requested payment features. See"
    " https://stripe.com/docs/payments/multicapture for more details."
)
OTHERS = {
    r".*\[(issuer|liability)\](\[account\]|\[type\]=account)": PLATFORM,
    r"post /v1/checkout/sessions managed_payments\[enabled\]=True": "This simulator has no Managed Payments.",
    r"post /v1/payment_methods (customer|payment_method)": PLATFORM,
    r"post /v1/payment_intents(/{}/confirm)? mandate_data": "This simulator has no mandates.",
    r"post /v1/payment_intents(/{}/confirm)? use_stripe_sdk=True": (
        "This simulator has no Stripe.js that an answer could be for; it knows `return_url`."
    ),
    r"post /v1/payment_intents/{}/capture final_capture=False": MULTICAPTURE,
    r"post /v1/(checkout/sessions|payment_intents.*) .*\[installments\]\[plan\]": "This simulator has no instalments.",
    r"post /v1/prices billing_scheme=tiered": PRICES,
    r"post /v1/(prices|products) (.*\[)?(custom_unit_amount|tiers|tiers_mode|transform_quantity)\]?": PRICES,
    r"post /v1/payment_methods/{} us_bank_account": "This simulator has cards alone.",
    r"post /v1/customers(/{})? cash_balance": "This simulator has no cash balances of customers.",
    r"post /v1/refunds (currency|customer|origin)": "This simulator has no cash balances of customers.",
    r"post /v1/customers(/{})? tax": "This simulator has no customer's place of taxation; it knows `automatic_tax`.",
    r"post /v1/customers tax_id_data": "This simulator has no tax ids.",
    r"post /v1/checkout/sessions subscription_data": "You can not pass `subscription_data` in `payment` mode.",
    r"post /v1/checkout/sessions setup_intent_data": "You can not pass `setup_intent_data` in `payment` mode.",
    r"post /v1/checkout/sessions line_items\[\d+\]\[(dynamic_)?tax_rates\]": (
        "This simulator has no tax rates; it knows `automatic_tax`."
    ),
    r"post /v1/customers(/{})? (source|validate)": "This simulator has no sources; it knows `payment_method`.",
    r"post /v1/payment_intents(/{}/confirm)? confirmation_token": "This simulator has no confirmation tokens.",
}
"""By call and parameter; with a value, of that value alone."""

UNMADE = {
    r".*\[tax\]\[calculation\]": "tax calculation",
    r"post .*[ \[]customer_account\]?": "account",
    r"post /v1/(checkout/sessions|payment_intents(/{})?) payment_method_configuration": "payment_method_configuration",
    r"post /v1/customers test_clock": "test_clock",
    r"post /v1/customers/{} default_source": "source",
    r"post /v1/payment_intents(/{}/confirm)? mandate": "mandate",
}
"""Names of what no call here makes, so that there is none of it."""

OF_CALLS = {
    "post /v1/payment_intents/{}/apply_customer_balance": (
        "This PaymentIntent cannot be funded from a customer balance: `customer_balance` is not among its"
        " payment_method_types."
    ),
    "post /v1/payment_intents/{}/increment_authorization": (
        "This account is not eligible for the requested payment features. See"
        " https://stripe.com/docs/payments/incremental-authorization for more details."
    ),
    "post /v1/payment_intents/{}/verify_microdeposits": "This PaymentIntent does not await micro-deposits.",
}
"""Calls that no payment here is in a state for."""


def check(call: str, given: Resource) -> None:
    """Refusal (400) for the first parameter that there is nothing for."""
    for name, value in _named(given):
        bare = re.findall(r"[^\[\]]+", name)[-1]
        if value in (None, ""):
            continue
        if bare in OF_CONNECT and value is not False:
            raise Refusal(400, PLATFORM, param=name)
        named, valued = f"{call} {name}", f"{call} {name}={value}"
        if message := _absent(named) or (_absent(valued) if isinstance(value, bool | str) else None):
            raise Refusal(400, message, param=name)
        if kind := _unmade(named):
            raise no_such(kind, str(value), name, status=400)


@lru_cache(maxsize=4096)
def _absent(parameter: str) -> str | None:
    return next((message for pattern, message in OTHERS.items() if re.fullmatch(pattern, parameter)), None)


@lru_cache(maxsize=4096)
def _unmade(parameter: str) -> str | None:
    return next((kind for pattern, kind in UNMADE.items() if re.fullmatch(pattern, parameter)), None)


def _named(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each parameter with the name that it has in a form; metadata has names of its own."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        name = f"{path}[{key}]" if path else str(key)
        yield name, each
        if key != "metadata":
            yield from _named(each, name)
