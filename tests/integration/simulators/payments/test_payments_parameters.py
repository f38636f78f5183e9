"""A parameter that is taken has an effect that a client can see; one that could have none here is refused."""

import pytest

from simulators.payments import description

pytestmark = pytest.mark.integration

CHARGES, INTENTS, METHODS = "/v1/charges", "/v1/payment_intents", "/v1/payment_methods"
SESSIONS = "/v1/checkout/sessions"
NEW = {"amount": 2000, "currency": "eur"}
CONFIRMED = {**NEW, "confirm": "true", "payment_method": "pm_card_visa", "return_url": "https://shop.example/back"}
ORDER = {"payment_details[order_reference]": "42", "payment_details[customer_reference]": "7"}
TAX = {"amount_details[tax][total_tax_amount]": 300, "amount_details[shipping][to_postal_code]": "1010"}


@pytest.fixture
def made(api):
    return lambda path, **form: api.post(path, data=form).raise_for_status().json()


@pytest.fixture
def refused(api):
    """What is refused, and how."""

    def by(path, **form):
        answer = api.post(path, data=form)
        told = answer.json()["error"]
        return answer.status_code, told.get("code"), told["param"]

    return by


@pytest.fixture
def customer(made):
    return made("/v1/customers", email="ada@shop.example")["id"]


def test_an_intent_shows_what_it_was_told_of_order_amount_and_ways_to_pay(made):
    options = {"payment_method_options[card][request_three_d_secure]": "any"}

    intent = made(INTENTS, **NEW, **ORDER, **TAX, **options)
    changed = made(
        f"{INTENTS}/{intent['id']}",
        **{"payment_details[order_reference]": "43", "payment_method_options[card][network]": "visa"},
    )

    assert intent["payment_details"] == {"order_reference": "42", "customer_reference": "7"}
    assert intent["amount_details"]["tax"] == {"total_tax_amount": 300}
    assert intent["amount_details"]["shipping"] == {"to_postal_code": "1010"}
    assert changed["payment_details"] == {"order_reference": "43", "customer_reference": None}
    assert changed["payment_method_options"] == {"card": {"request_three_d_secure": "any", "network": "visa"}}
    assert list(description.differences(intent)) == list(description.differences(changed)) == []


def test_a_capture_may_say_more_of_the_payment(made, api):
    held = made(INTENTS, **CONFIRMED, capture_method="manual")["id"]

    intent = made(f"{INTENTS}/{held}/capture", **ORDER, statement_descriptor="TEA", **{"metadata[box]": "3"})

    charge = api.get(f"{CHARGES}/{intent['latest_charge']}").json()
    assert (intent["payment_details"]["order_reference"], intent["metadata"]) == ("42", {"box": "3"})
    assert intent["statement_descriptor"] == charge["statement_descriptor"] == "TEA"


def test_a_capture_of_a_charge_may_say_more_of_it(made):
    held = made(CHARGES, **NEW, source="tok_visa", capture="false")["id"]

    charge = made(f"{CHARGES}/{held}/capture", receipt_email="ada@shop.example", transfer_group="42")

    assert (charge["receipt_email"], charge["transfer_group"]) == ("ada@shop.example", "42")


def test_the_browser_that_the_shop_names_to_radar_is_shown_where_stripe_shows_it(made, api, refused):
    radar = {"radar_options[session]": "rse_1"}

    charge = made(CHARGES, **NEW, source="tok_visa", **radar)
    method = made(METHODS, type="card", **{"card[token]": "tok_visa"}, **radar)
    paid = made(INTENTS, **CONFIRMED, **radar)

    of_intent = api.get(f"{CHARGES}/{paid['latest_charge']}").json()
    for thing in (charge, method, of_intent):
        assert thing["radar_options"] == {"session": "rse_1"}
        assert list(description.differences(thing)) == []
    assert refused(INTENTS, **NEW, **{"radar_options[referrer]": "x"}) == (
        400,
        "parameter_unknown",
        "radar_options[referrer]",
    )


def test_the_amount_to_confirm_is_that_of_the_intent(made, api, refused):
    card = {"payment_method": "pm_card_visa", "return_url": "https://shop.example/back"}
    intent = made(INTENTS, **NEW)["id"]

    assert refused(f"{INTENTS}/{intent}/confirm", amount_to_confirm=2100, **card) == (400, None, "amount_to_confirm")
    assert api.get(f"{INTENTS}/{intent}").json()["status"] == "requires_payment_method"
    assert made(f"{INTENTS}/{intent}/confirm", amount_to_confirm=2000, **card)["amount_received"] == 2000


@pytest.mark.parametrize("only", ["allowed_payment_method_types", "excluded_payment_method_types"])
def test_an_intent_takes_no_card_where_the_shop_wants_none(made, refused, only):
    named = "sepa_debit" if only.startswith("allowed") else "card"
    intent = made(INTENTS, **NEW, **{f"{only}[]": named})

    assert intent[only] == [named]
    assert "card" not in intent["payment_method_types"]
    status, _, param = refused(f"{INTENTS}/{intent['id']}/confirm", payment_method="pm_card_visa", off_session="true")
    assert (status, param) == (400, "payment_method")


def test_a_change_that_is_refused_changes_nothing(made, api, refused):
    intent = made(INTENTS, **NEW)

    assert refused(f"{INTENTS}/{intent['id']}", amount=100, description="Tea", payment_method="pm_none")[0] == 400
    assert api.get(f"{INTENTS}/{intent['id']}").json() == intent


def test_ways_to_pay_are_named_in_one_manner(refused):
    both = {"allowed_payment_method_types[]": "card", "automatic_payment_methods[enabled]": "true"}

    assert refused(INTENTS, **NEW, **both) == (400, None, "allowed_payment_method_types")


@pytest.mark.parametrize("name", ["off_session", "error_on_requires_action", "return_url"])
def test_what_is_of_a_confirmation_needs_one(refused, name):
    value = "https://shop.example/back" if name == "return_url" else "true"

    assert refused(INTENTS, **NEW, **{name: value}) == (400, None, name)


def test_an_absent_customer_needs_no_address_to_come_back_to(made):
    away = {name: value for name, value in CONFIRMED.items() if name != "return_url"}

    assert made(INTENTS, **away, off_session="true")["status"] == "succeeded"


@pytest.mark.parametrize("usage", ["off_session", "none"])
def test_a_card_is_kept_by_the_payment_as_the_options_for_cards_say(made, api, customer, usage):
    said = {"payment_method_options[card][setup_future_usage]": usage}

    made(INTENTS, **CONFIRMED, customer=customer, **said)

    kept = api.get(f"/v1/customers/{customer}/payment_methods").json()["data"]
    assert len(kept) == (usage != "none")


def test_an_intent_is_read_with_its_own_secret_alone(made, api):
    intent = made(INTENTS, **NEW)

    right, wrong = (
        api.get(f"{INTENTS}/{intent['id']}", params={"client_secret": secret})
        for secret in (intent["client_secret"], "pi_1_secret_1")
    )

    assert (right.status_code, wrong.status_code) == (200, 400)


def test_a_session_gives_its_customer_what_they_have_told(payments, made, api, order, customer, refused):
    update = {f"customer_update[{name}]": "auto" for name in ("address", "shipping")}
    sends = {"shipping_address_collection[allowed_countries][]": "DE"}
    session = made(SESSIONS, **order, customer=customer, **update, **sends)

    payments.pay(session["id"])

    known = api.get(f"/v1/customers/{customer}").json()
    assert known["address"]["country"] == known["shipping"]["address"]["country"] == "DE"
    assert known["name"] is None
    assert refused(SESSIONS, **order, **update) == (400, None, "customer_update")


def test_an_open_session_may_say_something_else_of_its_payment(payments, made, api, order):
    session = made(SESSIONS, **order, **{"payment_intent_data[metadata][shop]": "kiosk"})["id"]
    payments.decline(session)

    data = {"payment_intent_data[description]": "Tea", "payment_intent_data[metadata][a]": "1"}
    made(f"{SESSIONS}/{session}", **data)
    paid = payments.pay(session)["session"]["payment_intent"]

    intent = api.get(f"{INTENTS}/{paid}").json()
    assert (intent["description"], intent["metadata"]) == ("Tea", {"shop": "kiosk", "a": "1"})


def test_a_card_of_a_session_may_be_shown_again_where_the_shop_says_so(payments, made, api, order, customer):
    keep = {"payment_intent_data[setup_future_usage]": "off_session", "payment_method_data[allow_redisplay]": "always"}
    session = made(SESSIONS, **order, customer=customer, **keep)

    payments.pay(session["id"])

    [kept] = api.get(f"/v1/customers/{customer}/payment_methods").json()["data"]
    assert kept["allow_redisplay"] == "always"


def test_a_session_is_in_the_currency_of_its_prices(made, order, refused):
    assert made(SESSIONS, **order, currency="eur")["currency"] == "eur"
    assert refused(SESSIONS, **order, currency="usd") == (400, None, "currency")


def test_a_coupon_for_some_products_is_taken_off_those_alone(made, order, refused):
    tea, pot = (made("/v1/products", name=name)["id"] for name in ("Tea", "Pot"))
    prices = {name: made("/v1/prices", product=name, currency="eur", unit_amount=1000)["id"] for name in (tea, pot)}
    coupon = made("/v1/coupons", percent_off=10, duration="once", **{"applies_to[products][]": tea})["id"]
    page = {"success_url": order["success_url"], "discounts[0][coupon]": coupon}

    def lines(*products):
        named = {f"line_items[{number}][price]": prices[product] for number, product in enumerate(products)}
        return named | {name.replace("price", "quantity"): 1 for name in named}

    assert made(SESSIONS, **page, **lines(tea))["amount_total"] == 900
    assert refused(SESSIONS, **page, **lines(pot)) == (400, None, "discounts")
    assert refused(SESSIONS, **page, **lines(tea, pot)) == (400, None, "discounts")


def test_a_change_leaves_what_it_does_not_name(made):
    cost = {"fixed_amount[amount]": 500, "fixed_amount[currency]": "eur"}
    rate = made("/v1/shipping_rates", display_name="Post", type="fixed_amount", **cost)["id"]

    changed = made(f"/v1/shipping_rates/{rate}", **{"fixed_amount[currency_options][usd][amount]": 600})

    assert (changed["fixed_amount"]["amount"], changed["fixed_amount"]["currency"]) == (500, "eur")
    assert list(description.differences(changed)) == []


def test_a_list_is_narrowed_by_every_filter_that_it_takes(made, api, customer):
    for currency in ("eur", "usd"):
        cost = {"fixed_amount[amount]": 500, "fixed_amount[currency]": currency}
        made("/v1/shipping_rates", display_name="Post", type="fixed_amount", **cost)
    listed = [
        api.get(f"/v1/{path}", params=params).json()["data"]
        for path, params in (
            ("shipping_rates", {"currency": "usd"}),
            ("customers", {"test_clock": "clock_1"}),
            ("customers", {"email": "ada@shop.example"}),
        )
    ]

    assert [rate["fixed_amount"]["currency"] for rate in listed[0]] == ["usd"]
    assert [len(rows) for rows in listed[1:]] == [0, 1]


TOKEN = {"type": "card", "card[token]": "tok_visa"}
HOOK = "hooks[inputs][tax][calculation]"
MOTO = "payment_method_options[card][moto]"
LIABLE = "automatic_tax[liability][type]"
ITEM = "amount_details[line_items][0]"
ITEMS = {f"{ITEM}[product_name]": "Tea", f"{ITEM}[quantity]": 1, f"{ITEM}[unit_cost]": 2000}
TAX_ID = {"tax_id_data[0][type]": "eu_vat", "tax_id_data[0][value]": "ATU12345678"}
PRICE = {"currency": "eur", "unit_amount": 100}
ENDPOINT = {"url": "http://127.0.0.1:9/", "enabled_events[]": "*"}


@pytest.mark.parametrize(
    ("path", "form", "param", "code"),
    [
        (INTENTS, {**NEW, HOOK: "taxcalc_1"}, HOOK, "resource_missing"),
        (INTENTS, {**NEW, "customer_account": "acct_1"}, "customer_account", "resource_missing"),
        (INTENTS, {**NEW, "payment_method_configuration": "p"}, "payment_method_configuration", "resource_missing"),
        (INTENTS, {**NEW, MOTO: "true"}, MOTO, "parameter_unknown"),
        (INTENTS, {**NEW, **ITEMS}, "amount_details[line_items]", "parameter_unknown"),
        (INTENTS, {**CONFIRMED, "mandate": "mandate_1"}, "mandate", "resource_missing"),
        (INTENTS, {**CONFIRMED, "use_stripe_sdk": "true"}, "use_stripe_sdk", None),
        (SESSIONS, {"automatic_tax[enabled]": "true", LIABLE: "account"}, LIABLE, None),
        (SESSIONS, {"managed_payments[enabled]": "true"}, "managed_payments[enabled]", None),
        ("/v1/customers", {"tax[ip_address]": "127.0.0.1"}, "tax", None),
        ("/v1/customers", TAX_ID, "tax_id_data", None),
        ("/v1/customers", {"test_clock": "clock_1"}, "test_clock", "resource_missing"),
        ("/v1/prices", {**PRICE, "tiers[0][up_to]": "inf"}, "tiers", None),
        ("/v1/prices", {**PRICE, "billing_scheme": "tiered"}, "billing_scheme", None),
        ("/v1/refunds", {"payment_intent": "pi_1", "origin": "customer_balance"}, "origin", None),
        ("/v1/webhook_endpoints", {**ENDPOINT, "connect": "true"}, "connect", None),
        (METHODS, {**TOKEN, "sepa_debit[iban]": "AT321904300235473204"}, "sepa_debit", "parameter_unknown"),
        (METHODS, {**TOKEN, "card[cvc]": "123"}, "card[cvc]", "parameter_unknown"),
    ],
)
def test_a_parameter_that_nothing_would_come_of_is_refused_by_its_name(refused, path, form, param, code):
    assert refused(path, **form) == (400, code, param)


def test_what_is_turned_off_is_no_wish(made, order):
    made(SESSIONS, **order, **{"managed_payments[enabled]": "false"})
    made(INTENTS, **CONFIRMED, use_stripe_sdk="false")
    made("/v1/webhook_endpoints", **ENDPOINT, connect="false")


def test_a_price_has_one_amount(refused):
    both = {"unit_amount": 100, "unit_amount_decimal": 100, "product_data[name]": "Tea"}

    assert refused("/v1/prices", currency="eur", **both) == (400, None, "unit_amount")
