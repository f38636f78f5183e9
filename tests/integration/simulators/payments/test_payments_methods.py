"""Cards that are kept for customers, charges without a payment intent, and what is refused because it is not here."""

import pytest

from simulators.payments import description

pytestmark = pytest.mark.integration

METHODS, INTENTS = "/v1/payment_methods", "/v1/payment_intents"
CARD = {"type": "card", "card[token]": "tok_visa"}


@pytest.fixture
def customer(api):
    return api.post("/v1/customers", data={"email": "ada@shop.example"}).json()["id"]


@pytest.fixture
def pay(api):
    def by(method, **more):
        methods = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}
        form = {"amount": 2000, "currency": "eur", "confirm": "true", "payment_method": method, **methods, **more}
        return api.post(INTENTS, data=form)

    return by


def error(answer):
    return {name: answer.json()["error"].get(name) for name in ("type", "code", "param", "message")}


def told(payments, number):
    """The types of the last events, oldest first."""
    return [event["type"] for event in payments.listed("events")][-number:]


def test_a_card_is_kept_for_a_customer_used_again_and_taken_off(payments, api, customer, pay):
    made = api.post(METHODS, data={**CARD, "billing_details[name]": "Ada", "metadata[a]": "1"}).json()
    attached = api.post(f"{METHODS}/{made['id']}/attach", data={"customer": customer}).json()

    assert list(description.differences(attached)) == []
    assert (made["customer"], attached["customer"]) == (None, customer)
    assert (made["card"]["last4"], made["billing_details"]["name"], made["metadata"]) == ("4242", "Ada", {"a": "1"})
    assert told(payments, 1) == ["payment_method.attached"]
    for _ in range(2):
        paid = pay(made["id"], customer=customer, off_session="true").json()
        assert (paid["status"], paid["payment_method"]) == ("succeeded", made["id"])

    detached = api.post(f"{METHODS}/{made['id']}/detach").json()
    again = api.post(f"{METHODS}/{made['id']}/detach")

    assert detached["customer"] is None
    assert told(payments, 1) == ["payment_method.detached"]
    assert payments.listed("events")[-1]["data"]["previous_attributes"] == {"customer": customer}
    assert (again.status_code, "detachment is impossible" in error(again)["message"]) == (400, True)
    for answer in (pay(made["id"]), api.post(f"{METHODS}/{made['id']}/attach", data={"customer": customer})):
        assert "It may not be used again" in error(answer)["message"]


def test_the_cards_of_a_customer_are_listed_with_the_newest_first(api, customer):
    kept = [
        api.post(f"{METHODS}/{token}/attach", data={"customer": customer}).json()["id"]
        for token in ("pm_card_visa", "pm_card_amex")
    ]
    api.post(METHODS, data=CARD)  # of nobody

    for path, params in ((METHODS, {"customer": customer}), (f"/v1/customers/{customer}/payment_methods", {})):
        listed = api.get(path, params={**params, "type": "card"}).json()
        assert ([each["id"] for each in listed["data"]], listed["url"]) == (kept[::-1], path)
        first = api.get(path, params={**params, "limit": 1}).json()
        assert ([each["id"] for each in first["data"]], first["has_more"]) == (kept[1:], True)
        assert api.get(path, params={**params, "type": "sepa_debit"}).json()["data"] == []
    assert api.get(f"/v1/customers/{customer}/payment_methods/{kept[0]}").json()["id"] == kept[0]
    assert api.get(f"/v1/customers/{customer}/payment_methods/pm_none").status_code == 404
    assert api.get("/v1/customers/cus_none/payment_methods").status_code == 404


def test_a_card_of_a_customer_is_changed_and_one_of_none_is_not(payments, api, customer):
    method = api.post(f"{METHODS}/pm_card_visa/attach", data={"customer": customer}).json()["id"]
    form = {"card[exp_month]": 5, "billing_details[address][city]": "Wien", "metadata[a]": "1"}
    changed = api.post(f"{METHODS}/{method}", data={**form, "allow_redisplay": "always"}).json()

    assert (changed["card"]["exp_month"], changed["allow_redisplay"], changed["metadata"]) == (5, "always", {"a": "1"})
    assert changed["billing_details"]["address"]["city"] == "Wien"
    assert told(payments, 1) == ["payment_method.updated"]
    loose = api.post(METHODS, data=CARD).json()["id"]
    assert "save this PaymentMethod to a customer" in error(api.post(f"{METHODS}/{loose}", data=form))["message"]


def test_a_card_is_kept_by_the_payment_where_the_shop_asks_for_it(payments, api, customer, pay):
    once = pay("pm_card_visa", customer=customer).json()
    assert api.get(METHODS, params={"customer": customer}).json()["data"] == []
    assert "It may not be used again" in error(pay(once["payment_method"], customer=customer))["message"]

    kept = pay("pm_card_visa", customer=customer, setup_future_usage="off_session").json()

    listed = api.get(METHODS, params={"customer": customer}).json()["data"]
    assert [each["id"] for each in listed] == [kept["payment_method"]]
    assert "payment_method.attached" in told(payments, 3)
    assert pay(kept["payment_method"], customer=customer).json()["status"] == "succeeded"


def test_a_card_that_wants_3d_secure_is_declined_where_its_customer_is_away(api, customer, pay):
    method = api.post(f"{METHODS}/pm_card_threeDSecure2Required/attach", data={"customer": customer}).json()["id"]

    answer = pay(method, customer=customer, off_session="true")

    assert (answer.status_code, error(answer)["code"]) == (402, "authentication_required")
    assert answer.json()["error"]["payment_intent"]["status"] == "requires_payment_method"


def test_a_customer_may_come_with_a_card(api):
    made = api.post("/v1/customers", data={"payment_method": "pm_card_mastercard"}).json()

    [method] = api.get(METHODS, params={"customer": made["id"]}).json()["data"]
    assert method["card"]["brand"] == "mastercard"


def test_a_card_of_another_customer_pays_nothing(api, customer, pay):
    method = api.post(f"{METHODS}/pm_card_visa/attach", data={"customer": customer}).json()["id"]
    other = api.post("/v1/customers").json()["id"]

    for answer, words in (
        (pay(method, customer=other), "does not have a payment method with the ID"),
        (pay(method), f"belongs to the Customer {customer}"),
        (api.post(f"{METHODS}/{method}/attach", data={"customer": other}), "already been attached to a customer"),
    ):
        assert answer.status_code == 400
        assert words in error(answer)["message"]


@pytest.mark.parametrize(
    ("form", "status", "param"),
    [
        ({}, 400, "type"),
        ({"type": "card"}, 400, "card"),
        ({"type": "card", "card[token]": "tok_none"}, 400, "card[token]"),
        ({"type": "card", "card[number]": "4242424242424242"}, 402, None),
        ({"type": "sepa_debit", "sepa_debit[iban]": "AT321904300235473204"}, 400, "type"),
    ],
)
def test_a_payment_method_that_cannot_be_is_refused(api, form, status, param):
    answer = api.post(METHODS, data=form)

    assert (answer.status_code, error(answer)["param"]) == (status, param)
    assert error(answer)["type"] == "invalid_request_error"


def test_the_same_card_has_the_same_fingerprint(api, pay):
    [one, two, other] = [
        pay(token).json()["latest_charge"] for token in ("pm_card_visa", "pm_card_visa", "pm_card_amex")
    ]

    marks = [
        api.get(f"/v1/charges/{name}").json()["payment_method_details"]["card"]["fingerprint"]
        for name in (one, two, other)
    ]
    assert marks[0] == marks[1] != marks[2]


# Charges without a payment intent


def charge(api, **more):
    return api.post("/v1/charges", data={"amount": 2000, "currency": "eur", "source": "tok_visa", **more})


def test_a_token_is_charged_refunded_and_disputed_without_a_payment_intent(payments, api):
    made = charge(api, description="Tea", **{"metadata[order]": "7"}).json()

    assert (made["paid"], made["captured"], made["payment_intent"]) == (True, True, None)
    assert list(description.differences(made)) == []
    assert (made["source"]["last4"], made["source"]["brand"], made["metadata"]) == ("4242", "Visa", {"order": "7"})
    assert made["balance_transaction"]
    assert told(payments, 1) == ["charge.succeeded"]
    back = api.post("/v1/refunds", data={"charge": made["id"], "amount": 500}).json()
    assert (back["charge"], back["payment_intent"]) == (made["id"], None)
    charge(api, source="tok_createDispute")
    payments.advance(10)
    assert payments.listed("disputes")[0]["payment_intent"] is None


def test_a_charge_is_held_and_taken_in_part_once(payments, api):
    held = charge(api, capture="false").json()
    taken = api.post(f"/v1/charges/{held['id']}/capture", data={"amount": 1500}).json()
    again = api.post(f"/v1/charges/{held['id']}/capture")

    assert (held["captured"], taken["captured"]) == (False, True)
    assert (taken["amount_captured"], taken["amount_refunded"]) == (1500, 500)
    assert (again.status_code, error(again)["code"]) == (400, "charge_already_captured")
    late = charge(api, capture="false").json()["id"]
    payments.advance(8 * 86400)
    assert api.get(f"/v1/charges/{late}").json()["refunded"]
    assert told(payments, 1) == ["charge.expired"]
    assert api.post(f"/v1/charges/{late}/capture").status_code == 400


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"source": "tok_chargeDeclinedInsufficientFunds"}, 402, "card_declined"),
        ({"source": "tok_threeDSecure2Required"}, 402, "card_declined"),
        ({"source": "tok_none"}, 400, "resource_missing"),
        ({"source": ""}, 400, "parameter_invalid_empty"),
        ({"amount": 10}, 400, "amount_too_small"),
        ({"currency": "xxx"}, 400, None),
        ({"customer": "cus_none"}, 400, "resource_missing"),
        ({"destination[account]": "acct_1"}, 400, None),
    ],
)
def test_a_charge_that_cannot_be_is_refused(api, form, status, code):
    answer = charge(api, **form)

    assert (answer.status_code, error(answer)["code"]) == (status, code)


def test_a_charge_that_fails_is_there_to_be_seen(api):
    answer = charge(api, source="tok_chargeDeclined").json()["error"]

    assert api.get(f"/v1/charges/{answer['charge']}").json()["failure_code"] == "card_declined"


def test_a_customer_without_a_source_has_none_to_charge(api, customer):
    without = {"amount": 2000, "currency": "eur"}
    nothing, person = (api.post("/v1/charges", data={**without, **who}) for who in ({}, {"customer": customer}))

    assert (nothing.status_code, nothing.json()["error"]["message"]) == (400, "Must provide source or customer.")
    assert (person.status_code, person.json()["error"]["code"]) == (402, "missing")


# What there is nothing for


@pytest.mark.parametrize(
    ("path", "form", "param"),
    [
        (INTENTS, {"amount": 900, "currency": "eur", "transfer_data[destination]": "acct_1"}, "transfer_data"),
        (INTENTS, {"amount": 900, "currency": "eur", "application_fee_amount": 90}, "application_fee_amount"),
        (INTENTS, {"amount": 900, "currency": "eur", "confirmation_token": "ctoken_1"}, "confirmation_token"),
        ("/v1/customers", {"source": "tok_visa"}, "source"),
        ("/v1/checkout/sessions", {"subscription_data[description]": "x"}, "subscription_data"),
        ("/v1/checkout/sessions", {"line_items[0][tax_rates][0]": "txr_1"}, "line_items[0][tax_rates]"),
        ("/v1/checkout/sessions", {"payment_intent_data[on_behalf_of]": "a"}, "payment_intent_data[on_behalf_of]"),
    ],
)
def test_a_parameter_with_an_effect_that_is_not_here_is_refused(api, path, form, param):
    answer = api.post(path, data=form)

    assert (answer.status_code, error(answer)["param"]) == (400, param)


def test_metadata_of_any_name_is_taken(api):
    made = api.post("/v1/customers", data={"metadata[source]": "fair", "metadata[destination]": "Wien"}).json()

    assert made["metadata"] == {"source": "fair", "destination": "Wien"}


@pytest.mark.parametrize("act", ["apply_customer_balance", "increment_authorization", "verify_microdeposits"])
def test_an_act_that_no_payment_here_is_in_a_state_for_is_refused(api, act):
    intent = api.post(INTENTS, data={"amount": 900, "currency": "eur"}).json()["id"]
    form = {"amount": 1000} if act == "increment_authorization" else {}

    assert api.post(f"{INTENTS}/{intent}/{act}", data=form).status_code == 400
    assert api.post(f"{INTENTS}/pi_none/{act}", data=form).status_code == 404


def test_a_customer_has_no_discount_to_take_off(api, customer):
    answer = api.delete(f"/v1/customers/{customer}/discount")

    assert (answer.status_code, error(answer)["code"]) == (404, "resource_missing")


def test_lines_of_an_invoice_are_listed(payments, api, order):
    session = api.post("/v1/checkout/sessions", data={**order, "invoice_creation[enabled]": "true"}).json()
    invoice = payments.pay(session["id"])["session"]["invoice"]

    listed = api.get(f"/v1/invoices/{invoice}/lines").json()

    assert listed["url"] == f"/v1/invoices/{invoice}/lines"
    assert [line["invoice"] for line in listed["data"]] == [invoice]
