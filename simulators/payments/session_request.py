"""What a request for a Checkout Session says, checked before anything is made.

Source: https://docs.stripe.com/api/checkout/sessions/create. Only `mode=payment`.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulators.payments import branding, catalogue, currencies, shapes, versions
from simulators.payments.protocol import MOST_METADATA, Refusal, Resource
from simulators.payments.provider import Provider

MOST_LINES = 100
EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
SHORTEST, LONGEST = 30 * 60, 24 * 3600  # seconds
LIMITS = {"client_reference_id": 200, "customer_email": 800}  # characters
COPIED = [
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "custom_fields",
    "customer",
    "customer_email",
    "integration_identifier",
    "locale",
    "origin_context",
    "permissions",
    "phone_number_collection",
    "redirect_on_completion",
    "return_url",
    "shipping_address_collection",
    "submit_type",
    "success_url",
    "allowed_payment_method_types",
    "excluded_payment_method_types",
    "payment_method_collection",
    "adaptive_pricing",
    "payment_method_options",
    "wallet_options",
]
"""Fields that go into the session as they came."""
OF_INTENT = [
    "capture_method",
    "description",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
]
TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
SAVED = ("allow_redisplay_filters", "payment_method_remove", "payment_method_save")
CONSENTS = ("payment_method_reuse_agreement", "promotions", "terms_of_service")
RECOVERY = {"allow_promotion_codes": False, "expires_at": None, "url": None}
INVOICE = ("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options")


@dataclass(frozen=True)
class Order:
    """A valid request for a session."""

    currency: str
    lines: list[Resource]
    expires_at: int
    given: Resource
    """Fields that go into the session as they came."""
    intent: Resource
    """Fields that go into the payment intent."""
    noted: Resource = field(default_factory=dict)
    """What is remembered of the session, and not shown."""
    discounts: list[Resource] = field(default_factory=list)
    shipping: list[Resource] = field(default_factory=list)


def read_order(provider: Provider, given: Resource) -> Order:
    """Refusal (400) names the first thing that is wrong. `given` are the parameters, with their types."""
    if given.get("mode", "payment") != "payment":
        raise Refusal(400, "This simulator knows only the mode `payment`.", param="mode")
    check_metadata(given)
    check_number(wanted := given.get("line_items", []))
    lines = [read_line(provider, line, f"line_items[{n}]") for n, line in enumerate(wanted)]
    if not lines:
        raise _missing("line_items")
    currency = str(lines[0]["currency"])
    if any(line["currency"] != currency for line in lines):
        raise Refusal(400, "All line items must have the same currency.", param="line_items")
    _check_currency(given, currency)
    _check_customer(given)
    currencies.check_total(sum(line["amount_total"] for line in lines), currency)
    _check_pages(given)
    for name, most in LIMITS.items():
        _check_length(given, name, most)
    _only_one(given, "allow_promotion_codes", "discounts")
    return Order(
        currency=currency,
        lines=lines,
        expires_at=_read_expiry(provider, given),
        given=_session_fields(provider, given),
        intent=_intent_fields(given),
        noted={name: given[name] for name in ("customer_update", "payment_method_data") if name in given},
        discounts=given.get("discounts") or [],
        shipping=given.get("shipping_options") or [],
    )


def check_number(wanted: list[Resource]) -> None:
    """Refuses (400) more than a payment can have."""
    if len(wanted) > MOST_LINES:
        message = f"Array line_items exceeded maximum {MOST_LINES} allowed elements."
        raise Refusal(400, message, param="line_items")


def _only_one(given: Resource, *names: str) -> None:
    if all(given.get(name) for name in names):
        raise Refusal(400, f"You may only specify one of these parameters: {', '.join(names)}.", param=names[0])


def _check_currency(given: Resource, currency: str) -> None:
    """A session is in the currency of its prices: they are taken as they are, without their `currency_options`."""
    if "currency" in given and (wanted := currencies.read(given["currency"], "currency")) != currency:
        message = (
            f"The price specified only supports `{currency}`. This doesn't match the expected currency: `{wanted}`."
        )
        raise Refusal(400, message, param="currency")


def _check_customer(given: Resource) -> None:
    if "customer_update" in given and not given.get("customer"):
        raise Refusal(400, "`customer_update` can only be used with `customer`.", param="customer_update")
    _only_one(given, "customer", "customer_email")
    _only_one(given, "customer", "customer_creation")
    email = given.get("customer_email")
    if email is not None and not EMAIL.fullmatch(email):
        raise Refusal(400, f"Invalid email address: {email}", code="email_invalid", param="customer_email")


def _session_fields(provider: Provider, given: Resource) -> Resource:
    if given.get("customer"):
        catalogue.find(provider, "customer", given["customer"], "customer", 400)
    methods = given.get("payment_method_types") or given.get("allowed_payment_method_types")
    out = given.get("excluded_payment_method_types") or ()
    fields: Resource = {name: given[name] for name in COPIED if name in given}
    fields |= {
        "metadata": given.get("metadata") or {},
        "payment_method_types": [each for each in methods or ["card", "sepa_debit"] if each not in out],
        "ui_mode": versions.new_ui_mode(given.get("ui_mode")),
    }
    if card := given.get("payment_method_options", {}).get("card"):
        options = {**given["payment_method_options"], "card": {"request_three_d_secure": "automatic", **card}}
        fields["payment_method_options"] = options
    fields["custom_fields"] = [_custom_field(each) for each in given.get("custom_fields", [])]
    fields |= _page_fields(provider, given)
    if tax := given.get("automatic_tax"):
        fields["automatic_tax"] = {**shapes.AUTOMATIC_TAX, "enabled": tax["enabled"]}
        if tax["enabled"]:
            waits = {"provider": "stripe", "status": "requires_location_inputs"}
            fields["automatic_tax"] |= {"liability": {"type": "self"}, **waits}
    if look := given.get("branding_settings"):
        fields["branding_settings"] = branding.settled(look)
    if "tax_id_collection" in given:
        fields["tax_id_collection"] = {"required": "never", **given["tax_id_collection"]}
    if invoice := given.get("invoice_creation"):
        data = {**dict.fromkeys(INVOICE), "metadata": {}, **invoice.get("invoice_data", {})}
        fields["invoice_creation"] = {"enabled": invoice["enabled"], "invoice_data": data}
    if not given.get("customer"):
        fields["customer_creation"] = given.get("customer_creation", "if_required")
    return fields


def _page_fields(provider: Provider, given: Resource) -> Resource:
    """What the request says of the page, as the session shows it: with null for what it leaves open."""
    fields: Resource = {}
    if texts := given.get("custom_text"):
        fields["custom_text"] = {name: texts.get(name) or None for name in TEXTS}
    if names := given.get("name_collection"):
        fields["name_collection"] = {kind: {"optional": False, **each} for kind, each in names.items()}
    if kept := given.get("saved_payment_method_options"):
        fields["saved_payment_method_options"] = {**dict.fromkeys(SAVED), **kept}
    if consents := given.get("consent_collection"):
        fields["consent_collection"] = {**dict.fromkeys(CONSENTS), **consents}
    if recovery := given.get("after_expiration", {}).get("recovery"):
        fields["after_expiration"] = {"recovery": {**RECOVERY, **recovery}}
    if items := given.get("optional_items"):
        for number, item in enumerate(items):
            catalogue.find(provider, "price", item["price"], f"optional_items[{number}][price]", 400)
        fields["optional_items"] = [{"adjustable_quantity": None, **item} for item in items]
    return fields


def _custom_field(given: Resource) -> Resource:
    """As it is shown: with the value that the customer has not given yet."""
    kind = given["type"]
    blank: Resource = {"default_value": None, "value": None}
    more: Resource = {"options": []} if kind == "dropdown" else {"maximum_length": None, "minimum_length": None}
    return {**given, "optional": given.get("optional", False), kind: {**blank, **more, **given.get(kind, {})}}


def check_metadata(given: Resource) -> None:
    """Refuses (400) more than 50 keys, keys of more than 40 characters and values of more than 500."""
    metadata = given.get("metadata") or {}
    if len(metadata) > MOST_METADATA:
        raise Refusal(400, "Metadata can have at most 50 keys", param="metadata")
    for key, value in metadata.items():
        if len(key) > 40:  # noqa: PLR2004 - https://docs.stripe.com/api/metadata
            raise Refusal(400, f"Metadata keys can have at most 40 characters: {key[:45]}…", param="metadata")
        if not isinstance(value, str) or len(value) > 500:  # noqa: PLR2004
            message = f"Metadata values can have at most 500 characters: {key}"
            raise Refusal(400, message, code="parameter_too_long", param=f"metadata[{key}]")


def _check_pages(given: Resource) -> None:
    mode = versions.new_ui_mode(given.get("ui_mode"))
    needed = "success_url" if mode == "hosted_page" else "return_url"
    other = {"success_url": "return_url", "return_url": "success_url"}[needed]
    if other in given:
        raise Refusal(400, f"`{other}` is not allowed when `ui_mode` is `{mode}`.", param=other)
    if needed not in given and given.get("redirect_on_completion") != "never":
        raise _missing(needed)
    for name in ("success_url", "cancel_url", "return_url"):
        if (url := given.get(name)) is not None:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise Refusal(400, "Not a valid URL", code="url_invalid", param=name)


def _check_length(given: Resource, name: str, most: int) -> None:
    value = given.get(name, "")
    if len(value) > most:
        message = f"Invalid string: {value[:20]}…; must be at most {most} characters"
        raise Refusal(400, message, code="parameter_too_long", param=name)


def read_line(provider: Provider, line: Resource, path: str) -> Resource:
    """A line item of a price that exists, or of one that is made for it: then with `product_data` for its product."""
    price, title = _price(provider, line, path)
    if price["type"] == "recurring" or "recurring" in line.get("price_data", {}):
        message = (
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use"
            " only one-time prices."
        )
        raise Refusal(400, message, param=path)
    quantity = line.get("quantity")
    if quantity is None:
        raise _missing(f"{path}[quantity]")
    if quantity < 1:
        message = "This value must be greater than or equal to 1."
        raise Refusal(400, message, code="parameter_invalid_integer", param=f"{path}[quantity]")
    adjustable = line.get("adjustable_quantity")
    made = shapes.line_item(price, title, quantity)
    if adjustable and adjustable["enabled"]:
        made["adjustable_quantity"] = {"maximum": 99, "minimum": 0, **adjustable}
    made["metadata"] = line.get("metadata") or {}
    if data := line.get("price_data", {}).get("product_data"):
        made["product_data"] = data
    return made


def _price(provider: Provider, line: Resource, path: str) -> tuple[Resource, str]:
    if (named := line.get("price")) is not None:
        price = catalogue.find(provider, "price", named, f"{path}[price]", 400)
        if not price["active"]:
            message = "The price specified is inactive. This field only accepts active prices."
            raise Refusal(400, message, code="price_inactive", param=f"{path}[price]")
        return price, provider.store["products"][price["product"]]["name"]
    path, data = f"{path}[price_data]", line.get("price_data")
    if data is None:
        raise _missing(path)
    currency = currencies.read(data["currency"], f"{path}[currency]")
    if "unit_amount" not in data and "unit_amount_decimal" not in data:
        raise _missing(f"{path}[unit_amount]")
    try:
        unit = catalogue.unit_amount(data)
    except Refusal as refusal:
        refusal.param = f"{path}[{refusal.param}]"
        raise
    currencies.check(unit, currency, f"{path}[unit_amount]")
    if named := data.get("product"):
        product, title = named, catalogue.find(provider, "product", named, f"{path}[product]", 400)["name"]
    elif "product_data" in data:
        product, title = shapes.new_id("prod_", 14), data["product_data"]["name"]
    else:
        raise _missing(f"{path}[product_data]")
    price = shapes.price(provider.clock.now(), product, unit, currency)
    return {**price, "active": False, "tax_behavior": data.get("tax_behavior")}, title


def _missing(name: str) -> Refusal:
    return Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)


def _read_expiry(provider: Provider, given: Resource) -> int:
    now = provider.clock.now()
    expires_at: int | None = given.get("expires_at")
    if expires_at is None:
        return now + LONGEST
    if expires_at < now + SHORTEST:
        limit = "at least 30 minutes"
    elif expires_at > now + LONGEST:
        limit = "less than 24 hours"
    else:
        return expires_at
    message = f"The `expires_at` timestamp must be {limit} from Checkout Session creation."
    raise Refusal(400, message, param="expires_at")


def _intent_fields(given: Resource) -> Resource:
    data = given.get("payment_intent_data", {})
    check_metadata(data)
    fields: dict[str, Any] = {name: data[name] for name in OF_INTENT if name in data}
    card = given.get("payment_method_options", {}).get("card", {})
    if options := {name: card[name] for name in ("capture_method", "setup_future_usage") if name in card}:
        fields["payment_method_options"] = {"card": options}
    return fields | {"metadata": data.get("metadata") or {}}
