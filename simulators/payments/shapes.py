"""The objects as they leave the simulator: every field that Stripe's have, under its name and type.

Sources: https://docs.stripe.com/api/checkout/sessions/object, /payment_intents/object, /charges/object,
/refunds/object, /disputes/object and /events/object. Money is in minor units, times are Unix seconds.
"""

import random
import string

from simulators.payments import cards
from simulators.payments.protocol import Resource, words

LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """The prefix and so many random letters and digits."""
    return prefix + "".join(random.choices(LETTERS, k=length))  # noqa: S311 - unlike any other, not unguessable


def listing(url: str, data: list[Resource], *, more: bool = False) -> Resource:
    return {"object": "list", "data": data, "has_more": more, "url": url}


def empty_address() -> Resource:
    return dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


AUTOMATIC_TAX: Resource = {"enabled": False, "liability": None, "provider": None, "status": None}


BRANDING: Resource = {
    "background_color": "#ffffff",
    "border_style": "rounded",
    "button_color": "#1d4ed8",
    "display_name": "",
    "font_family": "default",
    "icon": None,
    "logo": None,
}


def session(name: str, created: int) -> Resource:
    """An open session without an amount; the caller fills in what the request said."""
    absent = words(
        "adaptive_pricing after_expiration allow_promotion_codes amount_subtotal amount_total"
        " branding_settings billing_address_collection cancel_url client_reference_id currency success_url url"
        " client_secret collected_information consent consent_collection currency_conversion customer"
        " customer_account customer_creation customer_details customer_email discounts integration_identifier"
        " invoice locale origin_context payment_intent payment_link payment_method_collection"
        " payment_method_configuration_details permissions recovered_from saved_payment_method_options setup_intent"
        " shipping_address_collection shipping_cost submit_type subscription wallet_options"
    )
    return {
        **dict.fromkeys(absent),
        "id": name,
        "object": "checkout.session",
        "automatic_tax": AUTOMATIC_TAX,
        "created": created,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "invoice_creation": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "mode": "payment",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def intent(name: str, created: int, amount: int, currency: str) -> Resource:
    absent = words(
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer"
        " customer_account description excluded_payment_method_types last_payment_error latest_charge next_action"
        " on_behalf_of payment_method payment_method_configuration_details processing receipt_email review"
        " setup_future_usage shipping source statement_descriptor statement_descriptor_suffix transfer_data"
        " transfer_group"
    )
    return {
        **dict.fromkeys(absent),
        "id": name,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{name}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def charge(name: str, created: int, amount: int, currency: str) -> Resource:
    absent = words(
        "application application_fee application_fee_amount balance_transaction calculated_statement_descriptor"
        " customer description failure_balance_transaction failure_code failure_message on_behalf_of outcome"
        " payment_intent payment_method payment_method_details receipt_email receipt_number receipt_url review"
        " shipping source source_transfer statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
    )
    return {
        **dict.fromkeys(absent),
        "id": name,
        "object": "charge",
        "amount": amount,
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": {"address": empty_address(), "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": False,
        "created": created,
        "currency": currency,
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "paid": False,
        "refunded": False,
        "status": "pending",
    }


def refund(name: str, created: int, amount: int, charge: Resource) -> Resource:
    absent = words(
        "balance_transaction customer customer_account payment_method reason receipt_number source_transfer_reversal"
        " transfer_reversal"
    )
    kind = (charge["payment_method_details"] or {"type": "card"})["type"]
    return {
        **dict.fromkeys(absent),
        "id": name,
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "destination_details": {kind: {"type": "refund"} if kind == "card" else {}, "type": kind},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "status": "pending",
    }


EVIDENCE = words(
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal"
    " customer_communication customer_email_address customer_name customer_purchase_ip customer_signature"
    " duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt"
    " refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation"
    " shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number"
    " uncategorized_file uncategorized_text"
)


def dispute(name: str, created: int, amount: int, charge: Resource) -> Resource:
    return {
        "id": name,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": created + 7 * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network": "visa", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }


def card_details(brand: str, number: str, month: int, year: int, *, authenticated: bool) -> Resource:
    """`payment_method_details` of a charge to a card."""
    unsaid = words("electronic_commerce_indicator exemption_indicator result_reason transaction_id")
    outcome = {"authentication_flow": "challenge", "result": "authenticated", "version": "2.2.0"}
    absent = words("authorization_code installments mandate network_transaction_id regulated_status")
    return {
        "card": {
            **dict.fromkeys((*absent, "transaction_link_id")),
            "extended_authorization": {"status": "disabled"},
            "incremental_authorization": {"status": "unavailable"},
            "multicapture": {"status": "unavailable"},
            "network_token": {"used": False},
            "brand": brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "exp_month": month,
            "exp_year": year,
            "fingerprint": cards.fingerprint(number),
            "funding": "credit",
            "last4": number[-4:],
            "network": brand,
            "three_d_secure": {**dict.fromkeys(unsaid), **outcome} if authenticated else None,
            "wallet": None,
        },
        "type": "card",
    }


def source_card(card: Resource) -> Resource:
    """What a charge has as its source where it was made with a token."""
    absent = words(
        "address_city address_country address_line1 address_line1_check address_line2 address_state address_zip"
        " address_zip_check customer dynamic_last4 name regulated_status tokenization_method"
    )
    taken = ("country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {
        **dict.fromkeys(absent),
        **{name: card[name] for name in taken},
        "id": new_id("card_1"),
        "object": "card",
        "brand": {"amex": "American Express"}.get(card["brand"], card["brand"].title()),
        "cvc_check": "pass",
        "metadata": {},
    }


def line_item(price: Resource, description: str, quantity: int) -> Resource:
    total = price["unit_amount"] * quantity
    return {
        "id": new_id("li_1"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": description,
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


def customer(name: str, created: int) -> Resource:
    absent = words(
        "address business_name currency customer_account default_source description discount email individual_name"
        " name phone shipping test_clock"
    )
    return {
        **dict.fromkeys(absent),
        "id": name,
        "object": "customer",
        "balance": 0,
        "created": created,
        "delinquent": False,
        "invoice_prefix": new_id("", 8).upper(),
        "invoice_settings": dict.fromkeys(words("custom_fields default_payment_method footer rendering_options")),
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def product(name: str, created: int) -> Resource:
    absent = words(
        "default_price description package_dimensions shippable statement_descriptor tax_code unit_label url"
    )
    return {
        **dict.fromkeys(absent),
        "id": name,
        "object": "product",
        "active": True,
        "created": created,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": "",
        "type": "service",
        "updated": created,
    }


RECURRING: Resource = {"interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed"}


def price(created: int, product: str, unit: int, currency: str) -> Resource:
    absent = words("custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity")
    return {
        **dict.fromkeys(absent),
        "id": new_id("price_1"),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "product": product,
        "tax_behavior": "unspecified",
        "type": "one_time",
        "unit_amount": unit,
        "unit_amount_decimal": str(unit),
    }


def coupon(name: str, created: int) -> Resource:
    absent = words("amount_off currency duration_in_months max_redemptions name percent_off redeem_by")
    return {
        **dict.fromkeys(absent),
        "id": name,
        "object": "coupon",
        "created": created,
        "duration": "once",
        "livemode": False,
        "metadata": {},
        "times_redeemed": 0,
        "valid": True,
    }


def promotion_code(created: int, code: str, coupon: str) -> Resource:
    return {
        **dict.fromkeys(words("customer customer_account expires_at max_redemptions")),
        "id": new_id("promo_1"),
        "object": "promotion_code",
        "active": True,
        "code": code,
        "created": created,
        "livemode": False,
        "metadata": {},
        "promotion": {"coupon": coupon, "type": "coupon"},
        "restrictions": {"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None},
        "times_redeemed": 0,
    }


def discount(session: Resource, given: Resource, number: int) -> Resource:
    """A discount of a session as it is expanded. Its id is made of the session's, so that it is always the same."""
    absent = words("customer customer_account end invoice invoice_item subscription subscription_item")
    return {
        **dict.fromkeys(absent),
        "id": f"di_1{session['id'][-22:]}{number}",
        "object": "discount",
        "checkout_session": session["id"],
        "customer": session["customer"],
        "promotion_code": given["promotion_code"],
        "source": {"coupon": given["coupon"], "type": "coupon"},
        "start": session["created"],
    }


def tax_rate(created: int, country: str | None, percent: float, *, inclusive: bool) -> Resource:
    """What automatic tax has for a country."""
    return {
        **dict.fromkeys(words("description flat_amount state")),
        "id": f"txr_1Simulator{country}{'inclusive' if inclusive else 'exclusive'}",
        "object": "tax_rate",
        "active": True,
        "country": country,
        "created": created,
        "display_name": "VAT",
        "effective_percentage": percent,
        "inclusive": inclusive,
        "jurisdiction": country,
        "jurisdiction_level": "country",
        "livemode": False,
        "metadata": {},
        "percentage": percent,
        "rate_type": "percentage",
        "tax_type": "vat",
    }


def currency_option(given: Resource) -> Resource:
    """An entry of a price's `currency_options`, of what was given for it or of the price itself."""
    unit = given.get("unit_amount")
    return {
        "custom_unit_amount": None,
        "tax_behavior": given.get("tax_behavior") or "unspecified",
        "unit_amount": unit,
        "unit_amount_decimal": str(given.get("unit_amount_decimal", unit)),
    }


def shipping_rate(created: int) -> Resource:
    return {
        **dict.fromkeys(words("delivery_estimate display_name fixed_amount tax_code")),
        "id": new_id("shr_1"),
        "object": "shipping_rate",
        "active": True,
        "created": created,
        "livemode": False,
        "metadata": {},
        "tax_behavior": "unspecified",
        "type": "fixed_amount",
    }


def invoice(session: Resource, created: int, number: str) -> Resource:
    """Of a session that is paid. Its lines are for the caller to fill in."""
    absent = words(
        "account_name account_tax_ids application automatically_finalizes_at confirmation_secret custom_fields"
        " customer_account customer_address customer_email customer_name customer_phone customer_shipping"
        " default_payment_method default_source description due_date ending_balance footer from_invoice"
        " hosted_invoice_url invoice_pdf last_finalization_error latest_revision next_payment_attempt on_behalf_of"
        " parent receipt_number rendering shipping_details statement_descriptor status_details test_clock"
        " threshold_reason"
    )
    name, total, told = new_id("in_1"), session["amount_total"], session["total_details"]
    payer = session["customer_details"] or {}
    return {
        **dict.fromkeys(absent),
        **{f"customer_{field}": payer.get(field) for field in ("address", "email", "name", "phone")},
        "id": name,
        "object": "invoice",
        "account_country": "AT",
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": total,
        "amount_remaining": 0,
        "amount_shipping": told["amount_shipping"],
        "attempt_count": 0,
        "attempted": True,
        "auto_advance": False,
        "automatic_tax": {"disabled_reason": None, **session["automatic_tax"]},
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": created,
        "currency": session["currency"],
        "customer": session["customer"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "effective_at": created,
        "issuer": {"type": "self"},
        "lines": listing(f"/v1/invoices/{name}/lines", []),
        "livemode": False,
        "metadata": {},
        "number": number,
        "payment_settings": dict.fromkeys(words("default_mandate payment_method_options payment_method_types")),
        "period_end": created,
        "period_start": created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "shipping_cost": session["shipping_cost"],
        "starting_balance": 0,
        "status": "paid",
        "status_transitions": {
            "finalized_at": created,
            "marked_uncollectible_at": None,
            "paid_at": created,
            "voided_at": None,
        },
        "subtotal": session["amount_subtotal"],
        "subtotal_excluding_tax": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total - told["amount_tax"],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


def invoice_line(invoice: Resource, line: Resource) -> Resource:
    return {
        "id": new_id("il_1"),
        "object": "line_item",
        "amount": line["amount_subtotal"],
        "currency": line["currency"],
        "description": line["description"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"end": invoice["created"], "start": invoice["created"]},
        "pretax_credit_amounts": [],
        "pricing": None,
        "quantity": line["quantity"],
        "quantity_decimal": str(line["quantity"]),
        "subscription": None,
        "subtotal": line["amount_subtotal"],
        "taxes": [],
    }


def webhook_endpoint(created: int, url: str, wanted: list[str]) -> Resource:
    return {
        **dict.fromkeys(words("api_version application description")),
        "id": new_id("we_1"),
        "object": "webhook_endpoint",
        "created": created,
        "enabled_events": wanted,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


def payment_method(created: int, card: Resource, billing: Resource | None = None) -> Resource:
    return {
        "id": new_id("pm_1"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing
        or {"address": empty_address(), "email": None, "name": None, "phone": None, "tax_id": None},
        "card": card,
        "created": created,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }


def account() -> Resource:
    """The one account that there is: of a shop in Austria that may take payments."""
    return {
        "id": "acct_1Simulator0000000",
        "object": "account",
        "business_type": "company",
        "capabilities": {"card_payments": "active", "sepa_debit_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "AT",
        "created": 1577836800,
        "default_currency": "eur",
        "details_submitted": True,
        "email": "shop@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }
