"""What Stripe takes and this simulator has not: refused, since what is ignored would look as if it worked."""

import re
from collections.abc import Iterator
from typing import Any

from simulators.payments.protocol import Refusal, Resource

PLATFORM = (
    "Only Stripe Connect platforms can work with other accounts. If you specified a client_id parameter, make sure it's"
    " correct. If you need to setup a Stripe Connect platform, you can do so at"
    " https://dashboard.stripe.com/account/applications/settings."
)
OF_CONNECT = [
    "application_fee",
    "application_fee_amount",
    "destination",
    "on_behalf_of",
    "refund_application_fee",
    "reverse_transfer",
    "transfer_data",
]
OTHERS = {
    r"post /v1/checkout/sessions subscription_data": "You can not pass `subscription_data` in `payment` mode.",
    r"post /v1/checkout/sessions setup_intent_data": "You can not pass `setup_intent_data` in `payment` mode.",
    r"post /v1/checkout/sessions line_items\[\d+\]\[(dynamic_)?tax_rates\]": (
        "This simulator has no tax rates; it knows `automatic_tax`."
    ),
    r"post /v1/customers(/{})? source": "This simulator has no sources; it knows `payment_method`.",
    r"post /v1/payment_intents(/{}/confirm)? confirmation_token": "This simulator has no confirmation tokens.",
}
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
        if bare in OF_CONNECT and value not in (None, ""):
            raise Refusal(400, PLATFORM, param=name)
        for pattern, message in OTHERS.items():
            if re.fullmatch(pattern, f"{call} {name}"):
                raise Refusal(400, message, param=name)


def _named(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each parameter with the name that it has in a form; metadata has names of its own."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        name = f"{path}[{key}]" if path else str(key)
        yield name, each
        if key != "metadata":
            yield from _named(each, name)
