import pytest

SESSIONS = "/v1/checkout/sessions"


def types(payments):
    return [event["type"] for event in payments.listed("events")]


@pytest.fixture
def paid(payments):
    """A session that was paid with 12 euros."""
    return payments.pay(payments.open_session(1200)["id"])["session"]


def test_a_payment_completes_the_session_and_its_intent(payments, api, paid):
    intent = api.get(f"/v1/payment_intents/{paid['payment_intent']}").json()
    charge = api.get(f"/v1/charges/{intent['latest_charge']}").json()

    assert (paid["status"], paid["payment_status"], paid["url"]) == ("complete", "paid", None)
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 1200)
    assert (charge["status"], charge["paid"], charge["captured"]) == ("succeeded", True, True)
    assert types(payments) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", None),
        ("4000000000000127", "incorrect_cvc", None),
        ("4000000000000119", "processing_error", None),
    ],
)
def test_a_declined_card_leaves_the_session_open(payments, api, card, code, decline_code):
    name = payments.open_session()["id"]

    tried = payments.decline(name, card)

    assert tried["result"] == "declined"
    assert (tried["error"]["code"], tried["error"].get("decline_code")) == (code, decline_code)
    session = api.get(f"{SESSIONS}/{name}").json()
    intent = api.get(f"/v1/payment_intents/{session['payment_intent']}").json()
    assert (session["status"], intent["status"]) == ("open", "requires_payment_method")
    assert intent["last_payment_error"]["type"] == "card_error"
    assert payments.pay(name)["session"]["payment_intent"] == intent["id"]
    assert len(payments.listed("charges", status="succeeded")) == 1


def test_a_paid_or_expired_session_takes_no_second_payment(payments, api, paid):
    expired = payments.open_session()["id"]
    api.post(f"{SESSIONS}/{expired}/expire")

    for name in (paid["id"], expired):
        assert payments_status(payments, name) == 400
    assert len(payments.listed("charges")) == 1


def payments_status(payments, name):
    answer = payments.api.post(f"/_control/sessions/{name}/pay", json={})
    return answer.status_code


def test_an_expired_session_cancels_the_intent_of_a_declined_try(payments, api):
    name = payments.open_session()["id"]
    payments.decline(name)

    session = api.post(f"{SESSIONS}/{name}/expire").json()

    assert api.get(f"/v1/payment_intents/{session['payment_intent']}").json()["status"] == "canceled"


@pytest.mark.parametrize(
    ("succeed", "status", "intent_status"),
    [(True, "complete", "succeeded"), (False, "open", "requires_payment_method")],
)
def test_3_d_secure_waits_for_the_customer(payments, api, succeed, status, intent_status):
    name = payments.open_session()["id"]

    asked = payments.pay(name, "4000000000003220")
    waiting = api.get(f"/v1/payment_intents/{asked['session']['payment_intent']}").json()
    session = payments.authenticate(name, succeed=succeed)

    assert (asked["result"], asked["session"]["status"]) == ("secure", "open")
    assert waiting["status"] == "requires_action"
    assert session["status"] == status
    assert api.get(f"/v1/payment_intents/{session['payment_intent']}").json()["status"] == intent_status


def test_a_bank_debit_completes_unpaid_and_is_paid_later(payments, api):
    name = payments.open_session()["id"]

    started = payments.pay_later(name)
    processing = api.get(f"/v1/payment_intents/{started['payment_intent']}").json()
    settled = payments.settle(name)

    assert (started["status"], started["payment_status"]) == ("complete", "unpaid")
    assert processing["status"] == "processing"
    assert settled["payment_status"] == "paid"
    assert types(payments) == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "checkout.session.completed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]


def test_a_bank_debit_that_fails_leaves_the_session_complete_and_unpaid(payments, api):
    name = payments.open_session()["id"]
    payments.pay_later(name)

    failed = payments.settle(name, succeed=False)

    assert (failed["status"], failed["payment_status"]) == ("complete", "unpaid")
    assert types(payments)[-1] == "checkout.session.async_payment_failed"
    assert api.get(f"/v1/payment_intents/{failed['payment_intent']}").json()["status"] == "requires_payment_method"


def test_a_foreign_amount_is_charged_as_told(payments, api):
    name = payments.open_session(1200)["id"]

    session = payments.pay(name, amount=1, currency="usd")["session"]

    assert (session["amount_total"], session["currency"]) == (1, "usd")
    assert payments.listed("charges")[0]["amount"] == 1


def test_a_session_can_be_altered_behind_everybody_s_back(payments, api):
    name = payments.open_session()["id"]

    payments.alter(name, livemode=True, client_reference_id="other")

    session = api.get(f"{SESSIONS}/{name}").json()
    assert (session["livemode"], session["client_reference_id"]) == (True, "other")


def test_partial_refunds_add_up_and_no_more_than_was_paid_comes_back(payments, api, paid):
    def refund(**form):
        return api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"], **form})

    first, second = refund(amount=500).json(), refund(amount=500).json()
    too_much = refund(amount=201)
    rest = refund().json()
    again = refund()

    assert [one["amount"] for one in (first, second, rest)] == [500, 500, 200]
    assert {one["status"] for one in (first, second, rest)} == {"succeeded"}
    assert (too_much.status_code, too_much.json()["error"]["param"]) == (400, "amount")
    assert (again.status_code, again.json()["error"]["code"]) == (400, "charge_already_refunded")
    [charge] = payments.listed("charges")
    assert (charge["amount_refunded"], charge["refunded"]) == (1200, True)
    assert types(payments)[4:] == ["refund.created", "charge.refunded"] * 3
    assert api.get(f"/v1/refunds/{first['id']}").json() == first
    listed = api.get("/v1/refunds", params={"payment_intent": paid["payment_intent"]}).json()["data"]
    assert [one["id"] for one in listed] == [rest["id"], second["id"], first["id"]]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"payment_intent": "pi_no"}, 400),
        ({"charge": "ch_no"}, 400),
        ({"charge": "ch_no", "amount": "0"}, 400),
    ],
)
def test_a_refund_of_nothing_is_refused(api, payments, form, status):
    assert api.post("/v1/refunds", data=form).status_code == status


def test_an_unpaid_intent_cannot_be_refunded(payments, api):
    name = payments.open_session()["id"]
    intent = payments.pay_later(name)["payment_intent"]

    answer = api.post("/v1/refunds", data={"payment_intent": intent})

    assert answer.status_code == 400
    assert "does not have a successful charge" in answer.json()["error"]["message"]


def test_a_refund_may_fail_later_and_then_be_tried_again(payments, api, paid):
    refund = api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"]}).json()

    failed = payments.fail_refund(refund["id"])

    assert (failed["status"], failed["failure_reason"]) == ("failed", "lost_or_stolen_card")
    assert payments.listed("charges")[0]["amount_refunded"] == 0
    assert types(payments)[-2:] == ["refund.updated", "refund.failed"]
    assert api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"]}).status_code == 200


def test_a_refund_can_begin_as_pending(payments, api, paid):
    payments.next_refunds("pending")
    refund = api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"], "amount": "100"}).json()

    done = payments.succeed_refund(refund["id"])

    assert (refund["status"], done["status"]) == ("pending", "succeeded")
    assert types(payments)[-1] == "refund.updated"
    next_one = api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"], "amount": "100"}).json()
    assert next_one["status"] == "succeeded"


@pytest.mark.parametrize(
    ("card", "first", "last"),
    [("4000000000007726", "pending", "succeeded"), ("4000000000005126", "succeeded", "failed")],
)
def test_there_are_cards_whose_refunds_change_by_themselves(payments, api, card, first, last):
    intent = payments.pay(payments.open_session()["id"], card)["session"]["payment_intent"]
    refund = api.post("/v1/refunds", data={"payment_intent": intent}).json()

    payments.advance(60)

    assert refund["status"] == first
    assert api.get(f"/v1/refunds/{refund['id']}").json()["status"] == last


def test_a_disputed_charge_cannot_be_refunded_until_the_dispute_is_won(payments, api, paid):
    dispute = payments.dispute(session=paid["id"])
    form = {"payment_intent": paid["payment_intent"]}

    refused = api.post("/v1/refunds", data=form)
    won = payments.move_dispute(dispute["id"], "won")

    assert (dispute["status"], dispute["is_charge_refundable"]) == ("needs_response", False)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "charge_disputed")
    assert won["is_charge_refundable"] is True
    assert api.post("/v1/refunds", data=form).status_code == 200
    assert api.get(f"/v1/disputes/{dispute['id']}").json()["status"] == "won"


def test_an_inquiry_leaves_the_charge_refundable(payments, api, paid):
    dispute = payments.dispute(session=paid["id"], inquiry=True)
    payments.move_dispute(dispute["id"], "warning_under_review")

    answer = api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"]})

    assert answer.status_code == 200
    assert types(payments)[4:6] == ["charge.dispute.created", "charge.dispute.updated"]


def test_a_lost_dispute_is_closed_and_stays_unrefundable(payments, paid):
    dispute = payments.dispute(session=paid["id"], amount=700)

    lost = payments.move_dispute(dispute["id"], "lost")

    assert (lost["amount"], lost["is_charge_refundable"]) == (700, False)
    assert types(payments)[-1] == "charge.dispute.closed"


def test_a_dispute_may_get_a_state_that_nobody_has_heard_of_even_when_it_was_closed(payments, paid):
    dispute = payments.dispute(session=paid["id"])
    payments.move_dispute(dispute["id"], "lost")

    moved = payments.move_dispute(dispute["id"], "appeal_needs_response")

    assert (moved["status"], moved["is_charge_refundable"]) == ("appeal_needs_response", False)
    assert types(payments)[-1] == "charge.dispute.updated"


def test_a_refund_may_get_a_state_that_nobody_has_heard_of(payments, api, paid):
    payments.next_refunds("held_for_review")
    refund = api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"]}).json()
    assert refund["status"] == "held_for_review"

    payments.alter_refund(refund["id"], status="another")

    assert api.get(f"/v1/refunds/{refund['id']}").json()["status"] == "another"
    assert types(payments)[-1] == "refund.updated"


def test_an_account_without_money_refunds_nothing_until_it_has_some(payments, api, paid):
    payments.empty_balance(times=1)
    form = {"payment_intent": paid["payment_intent"]}

    refused, made = api.post("/v1/refunds", data=form), api.post("/v1/refunds", data=form)

    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "balance_insufficient")
    assert made.json()["status"] == "succeeded"


@pytest.mark.parametrize("metadata", [None, {"attempt": "another"}])
def test_a_session_may_have_a_twin_that_is_paid_on_its_own(payments, metadata):
    first = payments.open_session(client_reference_id="7", **{"metadata[attempt]": "one"})

    twin = payments.twin(first["id"], metadata)
    payments.pay(twin["id"])

    marks = {"attempt": "one"} if metadata is None else metadata
    assert (twin["metadata"], twin["client_reference_id"], twin["amount_total"]) == (marks, "7", 1200)
    assert [each["metadata"] for each in payments.listed("payment_intents")] == [marks]
    assert [each["status"] for each in payments.listed("sessions")] == ["open", "complete"]


def test_there_is_a_card_that_is_disputed_by_itself(payments):
    payments.pay(payments.open_session()["id"], "4000000000000259")

    payments.advance(60)

    [dispute] = payments.listed("disputes")
    assert (dispute["reason"], dispute["is_charge_refundable"]) == ("fraudulent", False)


def told(payments, kind):
    """The data of the one event of that type."""
    [event] = payments.listed("events", type=kind)
    return event["data"]


def test_a_captured_payment_has_its_balance_transaction_a_little_later_and_an_event_says_so(payments, api, paid):
    [charge] = payments.listed("charges")
    at_once = told(payments, "charge.succeeded")["object"]["balance_transaction"], charge["balance_transaction"]

    payments.advance(60)

    updated = told(payments, "charge.updated")
    assert at_once == (None, None)
    assert updated["previous_attributes"] == {"balance_transaction": None}
    booked = api.get(f"/v1/balance_transactions/{updated['object']['balance_transaction']}").json()
    assert (booked["source"], booked["amount"]) == (charge["id"], 1200)


def test_a_payment_that_is_captured_in_the_request_has_its_balance_transaction_at_once(payments):
    session = payments.open_session(1200, **{"payment_intent_data[capture_method]": "automatic"})

    payments.pay(session["id"])

    assert told(payments, "charge.succeeded")["object"]["balance_transaction"].startswith("txn_")
    assert payments.listed("events", type="charge.updated") == []


def test_a_refund_that_changes_is_told_of_under_both_names_with_what_it_was(payments, api, paid):
    payments.next_refunds("pending")
    refund = api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"]}).json()

    payments.succeed_refund(refund["id"])

    for kind in ("charge.refund.updated", "refund.updated"):
        data = told(payments, kind)
        assert data["object"]["status"] == "succeeded"
        assert data["previous_attributes"] == {"balance_transaction": None, "status": "pending"}


def test_an_update_tells_what_its_fields_were_and_of_metadata_only_the_keys_that_changed(payments, api, paid):
    refund = api.post("/v1/refunds", data={"payment_intent": paid["payment_intent"], "metadata[a]": "1"}).json()

    api.post(f"/v1/refunds/{refund['id']}", data={"metadata[b]": "2"}).raise_for_status()

    assert told(payments, "refund.updated")["previous_attributes"] == {"metadata": {"b": None}}
    assert "previous_attributes" not in told(payments, "refund.created")


@pytest.mark.parametrize(
    ("inquiry", "outcome", "expected"),
    [
        (False, "won", ["created", "funds_withdrawn", "closed", "funds_reinstated"]),
        (False, "lost", ["created", "funds_withdrawn", "closed"]),
        (True, "warning_closed", ["created", "closed"]),
    ],
)
def test_money_that_a_dispute_takes_and_gives_back_is_told_of(payments, paid, inquiry, outcome, expected):
    dispute = payments.dispute(session=paid["id"], inquiry=inquiry)
    payments.move_dispute(dispute["id"], outcome)

    assert types(payments)[4:] == [f"charge.dispute.{what}" for what in expected]


def test_a_card_that_wants_3_d_secure_is_told_of(payments):
    payments.pay(payments.open_session()["id"], "4000000000003220")

    assert types(payments) == ["payment_intent.created", "payment_intent.requires_action"]


def test_the_intent_of_a_session_that_expires_is_told_of_as_canceled(payments, api):
    name = payments.open_session()["id"]
    payments.decline(name)

    api.post(f"{SESSIONS}/{name}/expire")

    assert types(payments)[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_a_hold_that_is_not_captured_ends_after_seven_days(payments, api):
    session = payments.open_session(1200, **{"payment_intent_data[capture_method]": "manual"})
    intent = payments.pay(session["id"])["session"]["payment_intent"]
    [charge] = payments.listed("charges")

    payments.advance(7 * 86400 - 60)
    before = api.get(f"/v1/payment_intents/{intent}").json()
    payments.advance(120)
    after = api.get(f"/v1/payment_intents/{intent}").json()

    assert charge["payment_method_details"]["card"]["capture_before"] == charge["created"] + 7 * 86400
    assert (before["status"], after["status"]) == ("requires_capture", "canceled")
    assert (after["cancellation_reason"], after["amount_capturable"]) == ("automatic", 0)
    assert types(payments)[-2:] == ["charge.expired", "payment_intent.canceled"]
    assert told(payments, "charge.expired")["object"]["refunded"] is True
    assert api.post(f"/v1/payment_intents/{intent}/capture").status_code == 400


def test_a_hold_that_was_captured_does_not_end(payments, api):
    session = payments.open_session(1200, **{"payment_intent_data[capture_method]": "manual"})
    intent = payments.pay(session["id"])["session"]["payment_intent"]
    api.post(f"/v1/payment_intents/{intent}/capture").raise_for_status()

    payments.advance(8 * 86400)

    assert api.get(f"/v1/payment_intents/{intent}").json()["status"] == "succeeded"
