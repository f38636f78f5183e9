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
    session = api.post(SESSIONS, data={**order, **wanted, "automatic_tax[enabled]": "true"}).json()
    paid = payments.pay(session["id"])["session"]
    refund = made(api, "refunds", payment_intent=paid["payment_intent"], amount="100")
    disputed = payments.dispute(session=payments.pay(payments.open_session()["id"])["session"]["id"])
    payments.pay_later(payments.open_session()["id"])

    things = [customer, price, coupon, code, rate, session, paid, refund, disputed]
    things += [{name: value for name, value in endpoint.items() if name != "secret"}]
    for kind in ("payment_intents", "charges", "refunds", "disputes", "balance_transactions", "products", "events"):
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


@pytest.mark.parametrize("version", ["2025-06-30.basil", "2026-10-28.endive"])
def test_a_session_is_answered_in_the_words_of_the_version_that_was_asked(api, order, version):
    modes = {"2025-06-30.basil": "hosted", "2026-10-28.endive": "hosted_page"}

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
