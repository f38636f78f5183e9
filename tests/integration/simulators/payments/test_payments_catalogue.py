import json

import httpx
import pytest

from simulators.payments import description

SESSIONS = "/v1/checkout/sessions"
METHODS = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}


def made(api, path, **form):
    return api.post(f"/v1/{path}", data=form).raise_for_status().json()


def charged(api, card="pm_card_visa", **form):
    return api.post(
        "/v1/payment_intents",
        data={"amount": 2000, "currency": "eur", "payment_method": card, "confirm": "true", **METHODS, **form},
    )


def test_every_object_of_a_long_story_is_as_stripe_describes_it(payments, api, order):
    customer = made(api, "customers", email="ada@example.com")
    price = made(api, "prices", currency="eur", unit_amount="900", **{"product_data[name]": "Pot"})
    coupon = made(api, "coupons", percent_off="10", duration="once")
    code = made(api, "promotion_codes", **{"promotion[type]": "coupon", "promotion[coupon]": coupon["id"]})
    rate = {"display_name": "Post", "type": "fixed_amount", "fixed_amount[amount]": "500"}
    rate = made(api, "shipping_rates", **rate, **{"fixed_amount[currency]": "eur"})
    endpoint = made(api, "webhook_endpoints", url="http://127.0.0.1:9/", **{"enabled_events[]": "charge.refunded"})
    wanted = {"discounts[0][promotion_code]": code["id"], "shipping_options[0][shipping_rate]": rate["id"]}
    wanted |= {"automatic_tax[enabled]": "true", "invoice_creation[enabled]": "true"}
    wanted |= {"branding_settings[display_name]": "Tea & Co", "shipping_address_collection[allowed_countries][]": "DE"}
    session = api.post(SESSIONS, data={**order, **wanted}).json()
    paid = payments.pay(session["id"])["session"]
    refund = made(api, "refunds", payment_intent=paid["payment_intent"], amount="100")
    disputed = payments.dispute(session=payments.pay(payments.open_session()["id"])["session"]["id"])
    payments.pay_later(payments.open_session()["id"])

    things = [customer, price, coupon, code, rate, session, paid, refund, disputed]
    things += [{name: value for name, value in endpoint.items() if name != "secret"}]
    kinds = (
        "payment_intents",
        "charges",
        "refunds",
        "disputes",
        "balance_transactions",
        "products",
        "invoices",
        "events",
    )
    for kind in kinds:
        things += api.get(f"/v1/{kind}", params={"limit": 100}).json()["data"]
    things += [event["data"]["object"] for event in things if event["object"] == "event"]
    things += [api.get("/v1/balance").json(), api.get("/v1/account").json()]
    things += api.get(f"{SESSIONS}/{session['id']}/line_items").json()["data"]

    assert [difference for thing in things for difference in description.differences(thing)] == []


def test_a_discount_and_shipping_are_in_the_total_and_in_what_is_charged(payments, api, order):
    coupon = made(api, "coupons", percent_off="25", duration="once")
    rate = {
        "type": "fixed_amount",
        "display_name": "Post",
        "fixed_amount[amount]": 500,
        "fixed_amount[currency]": "eur",
    }
    form = {
        f"shipping_options[0][shipping_rate_data][{name.replace('[', '][', 1).rstrip(']')}]": value
        for name, value in rate.items()
    }

    session = api.post(SESSIONS, data={**order, **form, "discounts[0][coupon]": coupon["id"]}).json()
    paid = payments.pay(session["id"])["session"]

    assert (session["amount_subtotal"], session["amount_total"]) == (1200, 1400)
    assert session["total_details"] == {"amount_discount": 300, "amount_shipping": 500, "amount_tax": 0}
    assert api.get(f"/v1/payment_intents/{paid['payment_intent']}").json()["amount_received"] == 1400


def test_what_was_held_is_captured_in_part_or_let_go(api):
    held, other = (charged(api, capture_method="manual").json() for _ in range(2))

    taken = made(api, f"payment_intents/{held['id']}/capture", amount_to_capture="1500")
    gone = made(api, f"payment_intents/{other['id']}/cancel")
    again = api.post(f"/v1/payment_intents/{other['id']}/capture")

    assert (held["status"], held["amount_capturable"]) == ("requires_capture", 2000)
    assert (taken["status"], taken["amount_received"]) == ("succeeded", 1500)
    assert gone["status"] == "canceled"
    assert (again.status_code, again.json()["error"]["code"]) == (400, "payment_intent_unexpected_state")


def test_a_declined_intent_tells_what_it_became(api):
    answer = charged(api, "pm_card_chargeDeclinedInsufficientFunds")

    error = answer.json()["error"]
    assert (answer.status_code, error["decline_code"]) == (402, "insufficient_funds")
    assert error["payment_intent"]["status"] == "requires_payment_method"


def test_the_balance_is_what_came_less_fees_and_refunds(payments, api):
    intent = charged(api).json()
    made(api, "refunds", payment_intent=intent["id"], amount="500")
    payments.advance(10)

    before = api.get("/v1/balance").json()
    payments.advance(3 * 86400)
    after = api.get("/v1/balance").json()

    assert [before["pending"][0]["amount"], before["available"][0]["amount"]] == [2000 - 88 - 500, 0]
    assert [after["pending"][0]["amount"], after["available"][0]["amount"]] == [0, 2000 - 88 - 500]


def test_an_endpoint_gets_the_events_that_it_asks_for(payments, api, receiver):
    endpoint = made(api, "webhook_endpoints", url=receiver.url, **{"enabled_events[]": "charge.succeeded"})
    payments.pay(payments.open_session()["id"])
    payments.settle_webhooks()

    sent = [each["type"] for each in payments.listed("deliveries") if each["endpoint"] == endpoint["id"]]
    made(api, f"webhook_endpoints/{endpoint['id']}", disabled="true")
    payments.pay(payments.open_session()["id"])

    assert endpoint["secret"].startswith("whsec_")
    assert sent == ["charge.succeeded"]
    assert len([each for each in payments.listed("deliveries") if each["endpoint"] == endpoint["id"]]) == 1


def test_search_finds_by_field_and_metadata_and_refuses_what_it_does_not_know(api):
    intent = charged(api, **{"metadata[order]": "7"}).json()

    def search(query):
        return api.get("/v1/payment_intents/search", params={"query": query})

    assert [each["id"] for each in search('metadata["order"]:"7" AND amount>100').json()["data"]] == [intent["id"]]
    assert search('status:"canceled" OR amount:2000').json()["data"]
    assert search('-status:"succeeded"').json()["data"] == []
    for nonsense in ('surprise:"1"', "order 7", 'status:"a" AND amount:1 OR amount:2'):
        assert search(nonsense).json()["error"]["param"] == "query"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("page", "abc"),
        ("page", "-1"),
        ("page", "1.5"),
        ("query", "status>5"),
        ("query", 'currency<="eur"'),
        ("query", "amount>abc"),
        ("query", 'metadata["order"]>5'),
    ],
)
def test_a_search_that_cannot_be_answered_is_refused(api, field, value):
    charged(api, **{"metadata[order]": "7"})

    answer = api.get("/v1/payment_intents/search", params={"query": "amount>1", field: value})

    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["param"]) == (400, "invalid_request_error", field)


@pytest.mark.parametrize("path", ["data.data.object", "data.data.object.customer", "data.data"])
def test_the_object_in_an_event_cannot_be_expanded(api, path):
    charged(api)

    answer = api.get("/v1/events", params={"expand[]": path})

    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["param"]) == (400, "invalid_request_error", "expand")


@pytest.mark.parametrize("version", ["2025-06-30.basil", "2026-11-18.endive"])
def test_a_session_is_answered_in_the_words_of_the_version_that_was_asked(api, order, version):
    modes = {"2025-06-30.basil": "hosted", "2026-11-18.endive": "hosted_page"}

    session = api.post(SESSIONS, data={**order, "ui_mode": modes[version]}, headers={"Stripe-Version": version}).json()

    assert session["ui_mode"] == modes[version]
    assert api.get(f"{SESSIONS}/{session['id']}").json()["ui_mode"] == "hosted_page"


def test_a_thin_event_leads_to_its_object(payments, api):
    session = payments.pay(payments.open_session()["id"])["session"]

    [event] = api.get("/v2/core/events", params={"object_id": session["id"]}).json()["data"]

    assert event["type"] == "v1.checkout.session.completed"
    assert api.get(f"/v2/core/events/{event['id']}").json() == event
    assert api.get(event["related_object"]["url"]).json()["id"] == session["id"]


@pytest.mark.parametrize(("outcome", "status"), [("complete", "succeeded"), ("fail", "requires_payment_method")])
def test_a_card_that_wants_3d_secure_has_a_page_for_it(api, outcome, status):
    form = {"return_url": "http://127.0.0.1:9/back?order=1"}
    intent = charged(api, "pm_card_threeDSecure2Required", **form).json()
    page = intent["next_action"]["redirect_to_url"]["url"]

    shown = api.get(page)
    answer = api.post(page, data={"outcome": outcome})

    assert (intent["status"], "Is it you?" in shown.text) == ("requires_action", True)
    assert answer.headers["Location"].startswith("http://127.0.0.1:9/back?order=1&payment_intent=pi_")
    assert api.get(f"/v1/payment_intents/{intent['id']}").json()["status"] == status


def test_the_intent_of_a_session_belongs_to_checkout(payments, api):
    payments.decline(payments.open_session()["id"])
    [intent] = payments.listed("payment_intents")

    answer = api.post(f"/v1/payment_intents/{intent['id']}/cancel")

    assert (answer.status_code, "created by Checkout" in answer.json()["error"]["message"]) == (400, True)


def offered(api, order, **more):
    """A session with two rates, codes and tax."""
    rates = [
        made(
            api,
            "shipping_rates",
            display_name=name,
            **{"fixed_amount[amount]": amount, "fixed_amount[currency]": "eur"},
        )
        for name, amount in (("Post", 500), ("Express", 900))
    ]
    options = {f"shipping_options[{n}][shipping_rate]": rate["id"] for n, rate in enumerate(rates)}
    wanted = {**options, "automatic_tax[enabled]": "true", "allow_promotion_codes": "true", **more}
    return api.post(SESSIONS, data={**order, **wanted}).raise_for_status().json(), [rate["id"] for rate in rates]


def promotion(api, code, coupon, **more):
    coupon = made(api, "coupons", duration="once", **coupon)["id"]
    return made(api, "promotion_codes", code=code, **{"promotion[type]": "coupon", "promotion[coupon]": coupon}, **more)


def parts(session):
    told = session["total_details"]
    return (*(told[f"amount_{name}"] for name in ("discount", "shipping", "tax")), session["amount_total"])


@pytest.mark.parametrize(
    ("behavior", "country", "expected"),
    [
        ("exclusive", "AT", (120, 900, 216 + 180, 1080 + 900 + 396)),
        ("inclusive", "AT", (120, 900, 180 + 150, 1080 + 900)),
        ("exclusive", "CH", (120, 900, 87 + 73, 1080 + 900 + 160)),
        ("exclusive", "US", (120, 900, 0, 1080 + 900)),
    ],
)
def test_what_a_customer_chooses_makes_the_total(payments, api, order, behavior, country, expected):
    session, (_, express) = offered(api, order)
    promotion(api, "TEN", {"percent_off": 10})
    payments.tax(behavior=behavior)

    chosen = payments.choose(session["id"], shipping_rate=express, code="ten", country=country)
    paid = payments.pay(session["id"])["session"]
    lines = api.get(f"{SESSIONS}/{session['id']}/line_items").json()["data"]

    assert parts(session) == (0, 500, 0, 1700)
    assert session["automatic_tax"]["status"] == "requires_location_inputs"
    assert parts(chosen) == parts(paid) == expected
    assert paid["amount_subtotal"] == 1200
    assert sum(line["amount_total"] for line in lines) + paid["shipping_cost"]["amount_total"] == paid["amount_total"]
    assert api.get(f"/v1/payment_intents/{paid['payment_intent']}").json()["amount_received"] == paid["amount_total"]


def test_a_code_that_is_typed_while_the_bank_asks_charges_no_other_sum(payments, api, order):
    session, _ = offered(api, order)
    promotion(api, "ALL", {"percent_off": 100})
    payments.pay(session["id"], "4000000000003220")
    payments.choose(session["id"], code="ALL")

    with pytest.raises(httpx.HTTPStatusError, match="400"):
        payments.authenticate(session["id"], succeed=True)

    assert api.get(f"{SESSIONS}/{session['id']}").json()["payment_status"] == "unpaid"


def test_a_discount_is_shared_among_the_lines_to_the_last_minor_unit(payments, api, order):
    more = {
        f"line_items[1][price_data][{name}]": value for name, value in (("currency", "eur"), ("unit_amount", "333"))
    }
    more |= {"line_items[1][quantity]": "1", "line_items[1][price_data][product_data][name]": "Milk"}
    session, _ = offered(api, order, **more)
    promotion(api, "SOME", {"percent_off": "33.3"})

    chosen = payments.choose(session["id"], code="SOME")

    lines = api.get(f"{SESSIONS}/{session['id']}/line_items").json()["data"]
    assert chosen["total_details"]["amount_discount"] == 510
    assert sum(line["amount_discount"] for line in lines) == 510


@pytest.mark.parametrize(
    ("coupon", "more", "words"),
    [
        ({"percent_off": 10}, {"active": "false"}, "invalid"),
        ({"percent_off": 10}, {"expires_at": "1500000000"}, "expired"),
        ({"amount_off": 100, "currency": "usd"}, {}, "invalid"),
        (
            {"percent_off": 10},
            {"restrictions[minimum_amount]": "1201", "restrictions[minimum_amount_currency]": "eur"},
            "larger orders",
        ),
        ({"amount_off": 1160, "currency": "eur"}, {}, "at least"),
    ],
)
def test_a_code_that_is_not_good_for_the_session_changes_nothing(payments, api, order, coupon, more, words):
    session, _ = offered(api, order)
    free = made(
        api, "shipping_rates", display_name="Free", **{"fixed_amount[amount]": 0, "fixed_amount[currency]": "eur"}
    )
    api.post(f"{SESSIONS}/{session['id']}", data={"shipping_options[0][shipping_rate]": free["id"]}).raise_for_status()
    promotion(api, "ONE", coupon, **more)

    with pytest.raises(httpx.HTTPStatusError) as refused:
        payments.choose(session["id"], code="ONE", country="US")

    assert words in refused.value.response.json()["error"]["message"]
    assert parts(api.get(f"{SESSIONS}/{session['id']}").json()) == (0, 0, 0, 1200)


def test_a_code_whose_uses_are_over_is_invalid_for_the_next_customer(payments, api, order):
    promotion(api, "ONCE", {"percent_off": 50}, max_redemptions="1")
    first, second = (offered(api, order)[0]["id"] for _ in range(2))
    payments.choose(first, code="ONCE")
    payments.pay(first)

    with pytest.raises(httpx.HTTPStatusError) as refused:
        payments.choose(second, code="ONCE")

    assert "invalid" in refused.value.response.json()["error"]["message"]


def test_a_session_over_nothing_is_complete_without_a_payment(payments, api, order):
    promotion(api, "ALL", {"percent_off": 100})
    session = api.post(SESSIONS, data={**order, "allow_promotion_codes": "true"}).json()

    payments.choose(session["id"], code="ALL")
    paid = payments.pay(session["id"], "4000000000000002")["session"]

    assert (paid["status"], paid["payment_status"], paid["payment_intent"]) == ("complete", "no_payment_required", None)
    assert payments.listed("charges") == []


@pytest.mark.parametrize("later", [False, True])
def test_an_invoice_is_made_once_the_session_is_paid(payments, api, order, later):
    session = api.post(SESSIONS, data={**order, "invoice_creation[enabled]": "true"}).json()

    if later:
        assert payments.pay_later(session["id"])["invoice"] is None
        payments.settle(session["id"])
    else:
        payments.pay(session["id"])

    paid = api.get(f"{SESSIONS}/{session['id']}", params={"expand[]": "invoice"}).json()
    [invoice] = api.get("/v1/invoices").json()["data"]
    assert paid["invoice"] == invoice == api.get(f"/v1/invoices/{invoice['id']}").json()
    assert (invoice["total"], invoice["status"], len(invoice["lines"]["data"])) == (1200, "paid", 1)
    told = [event["type"] for event in payments.listed("events")]
    assert told.index("invoice.created") < told.index("invoice.paid")


def test_an_invoice_has_a_page_and_a_pdf(payments, api, order):
    session = api.post(SESSIONS, data={**order, "invoice_creation[enabled]": "true"}).json()
    payments.pay(session["id"])
    [invoice] = api.get("/v1/invoices").json()["data"]

    page = httpx.get(invoice["hosted_invoice_url"])
    pdf = httpx.get(invoice["invoice_pdf"])

    assert invoice["invoice_pdf"] in page.text
    assert "€12.00" in page.text
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert "Paid: €12.00".encode("cp1252") in pdf.content
    assert pdf.content[int(pdf.content.split()[-2]) :].startswith(b"xref")  # where a reader begins
    assert httpx.get(f"{payments.url}/invoice/in_1none").status_code == 404


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (["shr_no"], "No such shipping rate"),
        (["usd"], "is in usd"),
        (["off"], "not active"),
        (["eur"] * 6, "maximum 5"),
    ],
)
def test_a_rate_that_cannot_be_offered_is_refused(api, order, rates, words):
    names = {"shr_no": "shr_no"}
    for currency in ("eur", "usd"):
        cost = {"fixed_amount[amount]": 500, "fixed_amount[currency]": currency}
        names[currency] = made(api, "shipping_rates", display_name="Post", **cost)["id"]
    names["off"] = made(api, f"shipping_rates/{names['usd']}", active="false")["id"] if rates == ["off"] else ""
    form = {f"shipping_options[{n}][shipping_rate]": names[name] for n, name in enumerate(rates)}

    answer = api.post(SESSIONS, data={**order, **form})

    assert (answer.status_code, words in answer.json()["error"]["message"]) == (400, True)
    assert answer.json()["error"]["param"].startswith("shipping_options")


def expanded(api, path, *fields):
    answer = api.get(path, params={"expand[]": fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("behavior", ["exclusive", "inclusive"])
def test_what_discounts_and_taxes_came_to_is_shown_where_it_is_expanded(payments, api, order, behavior):
    session, _ = offered(api, order)
    code = promotion(api, "TEN", {"percent_off": 10})
    payments.tax(behavior=behavior)
    payments.choose(session["id"], code="TEN", country="AT")
    path = f"{SESSIONS}/{session['id']}"

    wanted = ("total_details.breakdown", "line_items.data.discounts", "line_items.data.taxes")
    shown = expanded(api, path, *wanted)
    again = expanded(api, f"{path}/line_items", "data.discounts", "data.taxes")

    told, [line] = shown["total_details"], shown["line_items"]["data"]
    [discount], [tax] = told["breakdown"]["discounts"], told["breakdown"]["taxes"]
    assert (discount["amount"], tax["amount"]) == (told["amount_discount"], told["amount_tax"])
    assert discount["discount"]["promotion_code"] == code["id"]
    assert (tax["rate"]["percentage"], tax["rate"]["inclusive"]) == (20, behavior == "inclusive")
    assert (line["discounts"], line["taxes"][0]["amount"]) == ([discount], line["amount_tax"])
    assert again["data"] == shown["line_items"]["data"]
    assert "breakdown" not in api.get(path).json()["total_details"]


def test_the_breakdown_of_a_session_without_discount_and_tax_is_empty(payments, api):
    session = payments.open_session()

    shown = expanded(api, f"{SESSIONS}/{session['id']}", "total_details.breakdown", "line_items.data.taxes")

    assert shown["total_details"]["breakdown"] == {"discounts": [], "taxes": []}
    assert shown["line_items"]["data"][0]["taxes"] == []


def test_a_coupon_tells_its_products_and_a_price_its_currencies_only_where_they_are_expanded(api):
    tea = made(api, "products", name="Tea")["id"]
    coupon = made(api, "coupons", percent_off=10, duration="once", **{"applies_to[products][]": tea})
    price = made(
        api, "prices", product=tea, currency="eur", unit_amount=900, **{"currency_options[usd][unit_amount]": 1000}
    )

    assert "applies_to" not in coupon
    assert "currency_options" not in price
    assert expanded(api, f"/v1/coupons/{coupon['id']}", "applies_to")["applies_to"] == {"products": [tea]}
    shown = expanded(api, f"/v1/prices/{price['id']}", "currency_options", "tiers")["currency_options"]
    assert {name: each["unit_amount"] for name, each in shown.items()} == {"eur": 900, "usd": 1000}


@pytest.mark.parametrize("field", ["sources", "tax_ids", "subscriptions"])
def test_a_customer_has_lists_where_they_are_expanded(api, field):
    customer = made(api, "customers", email="ada@shop.example")

    listed = expanded(api, f"/v1/customers/{customer['id']}", field)[field]

    assert (listed["object"], listed["data"], field in customer) == ("list", [], False)


def test_an_id_that_an_object_has_not_yet_may_be_expanded(payments, api):
    intent = charged(api).json()
    refund = made(api, "refunds", payment_intent=intent["id"])

    shown = expanded(api, f"/v1/refunds/{refund['id']}", "failure_balance_transaction")
    payments.fail_refund(refund["id"])
    failed = expanded(api, f"/v1/refunds/{refund['id']}", "failure_balance_transaction")

    assert shown == refund
    assert failed["failure_balance_transaction"]["type"] == "refund_failure"
    assert api.get(f"/v1/refunds/{refund['id']}", params={"expand[]": "amount"}).status_code == 400


@pytest.mark.parametrize("currency", ["zzz", "eu", "EURO"])
def test_a_currency_that_stripe_has_not_is_refused_wherever_it_is_given(api, order, currency):
    tea = made(api, "products", name="Tea")["id"]
    forms = {
        "payment_intents": {"amount": 500, "currency": currency},
        "prices": {"product": tea, "unit_amount": 500, "currency": currency},
        "coupons": {"amount_off": 500, "currency": currency},
        "shipping_rates": {"display_name": "Post", "fixed_amount[amount]": 1, "fixed_amount[currency]": currency},
        "checkout/sessions": {**order, "line_items[0][price_data][currency]": currency},
    }

    errors = {path: api.post(f"/v1/{path}", data=form).json()["error"] for path, form in forms.items()}

    for error in errors.values():
        assert error["message"].startswith(f"Invalid currency: {currency.lower()}. Stripe currently supports")
    assert {error["param"].rpartition("[")[2].rstrip("]") for error in errors.values()} == {"currency"}


def test_an_amount_that_the_currency_has_not_is_not_captured(api):
    intent = charged(api, amount="50000", currency="isk", capture_method="manual").json()

    refused = api.post(f"/v1/payment_intents/{intent['id']}/capture", data={"amount_to_capture": "12345"})
    taken = api.post(f"/v1/payment_intents/{intent['id']}/capture", data={"amount_to_capture": "12300"})

    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "amount_to_capture")
    assert taken.json()["amount_received"] == 12300


def test_a_price_that_recurs_is_for_subscriptions(api, order):
    monthly = {"product_data[name]": "Tea", "currency": "eur", "unit_amount": 900, "recurring[interval]": "month"}
    price = made(api, "prices", **monthly)["id"]
    forms = [
        {"line_items[1][price]": price, "line_items[1][quantity]": 1},
        {"line_items[0][price_data][recurring][interval]": "month"},
    ]

    for number, form in enumerate(forms):
        error = api.post(SESSIONS, data={**order, **form}).json()["error"]
        assert "passed a recurring price" in error["message"]
        assert error["param"] == f"line_items[{1 - number}]"


@pytest.mark.parametrize(("count", "status"), [(100, 200), (101, 400)])
def test_a_session_has_at_most_a_hundred_lines(api, order, count, status):
    price = made(api, "prices", currency="eur", unit_amount=100, **{"product_data[name]": "Tea"})["id"]
    lines = {f"line_items[{n}][price]": price for n in range(1, count)}
    lines |= {f"line_items[{n}][quantity]": "1" for n in range(1, count)}

    assert api.post(SESSIONS, data={**order, **lines}).status_code == status


@pytest.mark.parametrize("email", ["ada", "ada@shop", "ada@shop example", "a da@shop.example"])
def test_a_customer_s_email_has_to_be_one(api, order, email):
    error = api.post(SESSIONS, data={**order, "customer_email": email}).json()["error"]

    assert (error["code"], error["param"]) == ("email_invalid", "customer_email")


def test_a_session_for_a_customer_makes_no_other(api, order):
    customer = made(api, "customers", email="ada@shop.example")["id"]

    answer = api.post(SESSIONS, data={**order, "customer": customer, "customer_creation": "always"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "customer")


def test_a_lookup_key_is_one_price_s_alone_and_goes_to_another_only_when_told(api):
    def price(**more):
        form = {"currency": "eur", "unit_amount": 900, "product_data[name]": "Tea", "lookup_key": "tea"}
        return api.post("/v1/prices", data={**form, **more})

    first = price().json()
    again = price()
    second = price(transfer_lookup_key="true").json()
    back = api.post(f"/v1/prices/{first['id']}", data={"lookup_key": "tea"})

    assert (again.status_code, again.json()["error"]["param"]) == (400, "lookup_key")
    assert f"A price (`{first['id']}`) already uses that lookup key" in again.json()["error"]["message"]
    assert second["lookup_key"] == "tea"
    assert api.get(f"/v1/prices/{first['id']}").json()["lookup_key"] is None
    assert back.status_code == 400
    assert api.post(f"/v1/prices/{second['id']}", data={"lookup_key": "tea"}).status_code == 200


def test_metadata_of_an_endpoint_is_merged_and_an_empty_value_takes_its_key_off(api):
    form = {"url": "http://127.0.0.1:9/", "enabled_events[]": "*", "metadata[a]": "1", "metadata[b]": "2"}
    endpoint = made(api, "webhook_endpoints", **form)["id"]

    def update(**given):
        return made(api, f"webhook_endpoints/{endpoint}", **given)["metadata"]

    assert update(**{"metadata[c]": "3"}) == {"a": "1", "b": "2", "c": "3"}
    assert update(**{"metadata[a]": ""}) == {"b": "2", "c": "3"}
    assert update(metadata="") == {}


def test_what_a_request_says_of_the_page_is_shown_in_the_session(api, order):
    price = made(api, "prices", currency="eur", unit_amount=100, **{"product_data[name]": "Milk"})["id"]
    form = {
        "custom_text[submit][message]": "We deliver on Fridays.",
        "optional_items[0][price]": price,
        "optional_items[0][quantity]": "1",
        "adaptive_pricing[enabled]": "false",
        "name_collection[individual][enabled]": "true",
        "saved_payment_method_options[payment_method_save]": "enabled",
        "wallet_options[link][display]": "never",
        "payment_method_options[card][request_three_d_secure]": "any",
    }

    session = made(api, "checkout/sessions", **order, **form)

    assert list(description.differences(session)) == []
    assert session["custom_text"]["submit"] == {"message": "We deliver on Fridays."}
    assert session["custom_text"]["after_submit"] is None
    assert session["optional_items"] == [{"adjustable_quantity": None, "price": price, "quantity": 1}]
    assert session["adaptive_pricing"] == {"enabled": False}
    assert session["name_collection"] == {"individual": {"enabled": True, "optional": False}}
    assert session["saved_payment_method_options"]["payment_method_save"] == "enabled"
    assert session["wallet_options"] == {"link": {"display": "never"}}
    assert session["payment_method_options"] == {"card": {"request_three_d_secure": "any"}}


def test_an_optional_item_is_of_a_price_that_exists(api, order):
    answer = api.post(
        SESSIONS, data={**order, "optional_items[0][price]": "price_no", "optional_items[0][quantity]": 1}
    )

    assert answer.json()["error"]["param"] == "optional_items[0][price]"


def test_a_capture_by_hand_can_be_asked_for_cards_alone(payments, api, order):
    session = made(api, "checkout/sessions", **order, **{"payment_method_options[card][capture_method]": "manual"})

    paid = payments.pay(session["id"])["session"]

    intent = api.get(f"/v1/payment_intents/{paid['payment_intent']}").json()
    assert (intent["status"], intent["amount_capturable"]) == ("requires_capture", 1200)
    assert list(description.differences(intent)) == []


def test_what_is_said_of_a_product_in_a_line_is_in_the_product_that_is_made_for_it(api, order):
    data = "line_items[0][price_data][product_data]"
    said = {f"{data}[description]": "Green.", f"{data}[images][0]": "https://shop.example/tea.png"}
    said |= {f"{data}[metadata][shelf]": "7", f"{data}[tax_code]": "txcd_10000000"}
    session = made(api, "checkout/sessions", **order, **said)

    [line] = api.get(f"{SESSIONS}/{session['id']}/line_items").json()["data"]
    product = api.get(f"/v1/products/{line['price']['product']}").json()

    assert (product["name"], product["description"], product["active"]) == ("Tea", "Green.", False)
    assert product["images"] == ["https://shop.example/tea.png"]
    assert (product["metadata"], product["tax_code"]) == ({"shelf": "7"}, "txcd_10000000")
    assert list(description.differences(line)) == list(description.differences(product)) == []


def test_lists_are_narrowed_by_what_stripe_narrows_them_by(payments, api):
    tea, milk = (
        made(api, "prices", currency="eur", unit_amount=900, lookup_key=name, **{"product_data[name]": name})
        for name in ("tea", "milk")
    )
    code = promotion(api, "TEN", {"percent_off": 10})
    promotion(api, "FIVE", {"percent_off": 5})
    charged(api)
    payments.advance(60)

    def listed(path, **params):
        return [each["id"] for each in api.get(f"/v1/{path}", params=params).raise_for_status().json()["data"]]

    assert listed("prices", **{"lookup_keys[]": "tea"}) == [tea["id"]]
    assert listed("prices", **{"recurring[interval]": "month"}) == []
    assert listed("products", **{"ids[]": milk["product"]}) == [milk["product"]]
    assert listed("promotion_codes", coupon=code["promotion"]["coupon"]) == [code["id"]]
    assert listed("balance_transactions", payout="po_1") == []
    assert len(listed("balance_transactions")) == 1


OLD = "2025-06-30.basil"


def test_an_older_version_makes_a_promotion_code_of_a_coupon_and_shows_the_coupon_whole(api):
    coupon = made(api, "coupons", percent_off=10, duration="once")
    old = {"Stripe-Version": OLD}

    code = api.post("/v1/promotion_codes", data={"coupon": coupon["id"], "code": "TEN"}, headers=old).json()
    refused = api.post("/v1/promotion_codes", data={"coupon": coupon["id"]}).json()["error"]

    assert (code["coupon"], "promotion" in code) == (coupon, False)
    assert api.get("/v1/promotion_codes", headers=old).json()["data"] == [code]
    assert api.get(f"/v1/promotion_codes/{code['id']}").json()["promotion"] == {
        "coupon": coupon["id"],
        "type": "coupon",
    }
    assert refused["code"] in ("parameter_missing", "parameter_unknown")


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("2026-11-18.endive", 200),
        ("2024-06-20", 200),
        ("2026-05-27.preview", 200),
        ("2030-01-01.nonsense", 400),
        ("2025-09-30.acacia", 400),
        ("2025-9-30", 400),
    ],
)
def test_a_version_that_stripe_has_not_is_refused(api, version, status):
    answer = api.get("/v1/balance", headers={"Stripe-Version": version})

    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["message"] == f"Invalid Stripe API version: {version}"


def test_an_endpoint_gets_events_of_its_version_and_a_recorded_one_stays_as_it_is(payments, api, receiver):
    made(
        api,
        "webhook_endpoints",
        url=receiver.url,
        api_version=OLD,
        **{"enabled_events[]": "checkout.session.completed"},
    )
    payments.treat_webhooks()
    payments.pay(payments.open_session()["id"])
    payments.settle_webhooks()

    sent = [json.loads(body) for body, _ in receiver.got if b"checkout.session.completed" in body]
    shapes = {each["api_version"]: each["data"]["object"]["ui_mode"] for each in sent}
    [recorded] = api.get("/v1/events", params={"type": "checkout.session.completed"}).json()["data"]
    as_old = api.get(f"/v1/events/{recorded['id']}", headers={"Stripe-Version": OLD}).json()

    assert shapes == {OLD: "hosted", "2026-11-18.endive": "hosted_page"}
    assert as_old == recorded
    assert (recorded["api_version"], recorded["data"]["object"]["ui_mode"]) == ("2026-11-18.endive", "hosted_page")
    assert len({each["id"] for each in sent}) == 1
