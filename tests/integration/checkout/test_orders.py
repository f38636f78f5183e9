"""Placing an order: what is held, what is sent, and what the buyer hears."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import httpx
import msgspec
import pytest

from app import db
from app.models import Attempt, Hold, Identity, Item, Order, OrderLine
from tests.integration.checkout.buying import SESSIONS, available, opened, order
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_user, saved


@pytest.fixture
def buyer(app, signed_in):
    return signed_in(make_user("alice"))


@pytest.fixture
def provider(httpx_mock):
    httpx_mock.add_callback(opened, method="POST", url=SESSIONS, is_reusable=True, is_optional=True)
    return httpx_mock


def test_an_order_holds_the_stock_and_says_where_to_pay(buyer, provider):
    tea = make_item("Tea", price=500, on_hand=5)

    response = order(buyer, tea, Tea=2)

    placed = response.get_json()
    assert response.status_code == 201
    assert placed["status"] == "pending"
    assert placed["total"] == 1000
    assert placed["checkout_url"].startswith("https://pay.example/pay/cs_test_")
    assert placed["lines"] == [{"item_id": tea.id, "name": "Tea", "quantity": 2, "unit_price": 500}]
    assert available(buyer, tea) == 3


def test_the_provider_is_told_what_is_bought_and_where_to_come_back_to(buyer, provider):
    tea, mug = make_item("Tea", price=500), make_item("Mug & saucer", price=1850)

    placed = order(buyer, tea, mug, Tea=3).get_json()

    [sent] = provider.get_requests()
    asked = {name: value[0] for name, value in parse_qs(sent.content.decode()).items()}
    attempt = Attempt.query.one()
    assert sent.headers["Authorization"] == "Bearer sk_test_0123456789abcdef"
    assert sent.headers["Idempotency-Key"] == attempt.idem_key
    assert sent.headers["Stripe-Version"] == attempt.api_version
    assert asked["client_reference_id"] == str(placed["id"])
    assert asked["success_url"] == f"http://localhost/checkout/return/{attempt.idem_key}"
    assert asked["cancel_url"] == f"http://localhost/orders/{placed['id']}"
    assert asked["line_items[0][quantity]"] == "3"
    assert asked["line_items[1][price_data][product_data][name]"] == "Mug & saucer"
    assert asked["line_items[1][price_data][unit_amount]"] == "1850"
    assert asked["line_items[1][price_data][currency]"] == "eur"
    assert sent.content.decode() == attempt.body


def test_an_item_without_a_stock_is_never_sold_out(buyer, provider):
    postcard = make_item("Postcard", on_hand=None)

    assert order(buyer, postcard, Postcard=1000).status_code == 201
    assert Hold.query.count() == 0


def test_a_thousand_of_one_item_are_an_order(buyer, provider):
    assert order(buyer, make_item("Screw", price=5, on_hand=None), Screw=1000).status_code == 201


def test_a_line_named_twice_is_wanted_twice(buyer, provider):
    tea = make_item("Tea", price=500, on_hand=5)

    placed = order(buyer, tea, tea).get_json()

    assert [line["quantity"] for line in placed["lines"]] == [2]
    assert available(buyer, tea) == 3


def test_what_is_not_there_is_not_sold_and_nothing_is_held(buyer, httpx_mock):
    tea, lamp = make_item("Tea", on_hand=5), make_item("Lamp", on_hand=1)

    response = order(buyer, tea, lamp, Lamp=2)

    assert (response.status_code, response.get_json()["error"]) == (409, "sold_out")
    assert (available(buyer, tea), available(buyer, lamp)) == (5, 1)
    assert Order.query.count() == OrderLine.query.count() == 0


@pytest.mark.parametrize("gone", [{"price": None}, {"withdrawn_at": None}], ids=["draft", "unknown"])
def test_what_is_not_on_sale_cannot_be_ordered(buyer, httpx_mock, gone):
    item = make_item("Tea", **gone)
    if "withdrawn_at" in gone:
        db.session.delete(item)
        db.session.commit()

    response = order(buyer, item)

    assert (response.status_code, response.get_json()["error"]) == (409, "not_on_sale")


def test_a_price_that_changes_later_changes_no_order(buyer, provider):
    tea = make_item("Tea", price=500)
    placed = order(buyer, tea).get_json()

    tea.price, tea.name = 900, "Finer tea"
    db.session.commit()

    found = buyer.get(f"/api/orders/{placed['id']}").get_json()
    assert (found["total"], found["lines"][0]["name"], found["lines"][0]["unit_price"]) == (500, "Tea", 500)


def test_the_same_key_places_one_order(buyer, provider):
    tea = make_item("Tea", on_hand=5)

    first, again = order(buyer, tea, key="once"), order(buyer, tea, key="once")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.get_json() == first.get_json()
    assert len(provider.get_requests()) == 1
    assert available(buyer, tea) == 4


def test_the_same_key_for_something_else_is_refused(buyer, provider):
    tea, mug = make_item("Tea"), make_item("Mug")
    order(buyer, tea, key="once")

    response = order(buyer, mug, key="once")

    assert (response.status_code, response.get_json()["error"]) == (422, "idempotency_key_reused")
    assert Order.query.count() == 1


def test_two_buyers_may_choose_the_same_key(buyer, provider, signed_in):
    tea = make_item("Tea")
    other = signed_in(make_user("bob"))

    assert order(buyer, tea, key="1").status_code == order(other, tea, key="1").status_code == 201


def test_a_replay_is_answered_even_when_the_item_is_gone(buyer, provider):
    tea = make_item("Tea", on_hand=1)
    first = order(buyer, tea, key="once")
    tea.price = None
    db.session.commit()

    again = order(buyer, tea, key="once")

    assert (again.status_code, again.get_json()) == (200, first.get_json())


@pytest.mark.parametrize("key", [None, "", "x" * 256])
def test_an_order_needs_a_key(buyer, httpx_mock, key):
    headers = {} if key is None else {"Idempotency-Key": key}

    response = buyer.post("/api/orders", json={"lines": [{"item_id": make_item().id, "quantity": 1}]}, headers=headers)

    assert (response.status_code, response.get_json()["error"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (None, "lines"),
        ([], "lines"),
        ([{}], "lines[0].item_id"),
        ([{"item_id": 1, "quantity": 0}], "lines[0].quantity"),
        ([{"item_id": 1, "quantity": -1}], "lines[0].quantity"),
        ([{"item_id": 1, "quantity": 1.5}], "lines[0].quantity"),
        ([{"item_id": 1, "quantity": 1001}], "lines[0].quantity"),
        ([{"item_id": 1, "quantity": 10**20}], "lines[0].quantity"),
        ([{"item_id": "1", "quantity": 1}], "lines[0].item_id"),
        ([{"item_id": 1, "quantity": 1}] * 51, "lines"),
    ],
)
def test_an_order_of_the_wrong_shape_names_the_field(buyer, httpx_mock, lines, field):
    response = buyer.post("/api/orders", json={"lines": lines}, headers={"Idempotency-Key": "k"})

    assert response.status_code == 422
    assert response.get_json()["errors"][0]["field"] == field


def test_more_than_the_provider_takes_is_refused_before_it_is_asked(buyer, httpx_mock):
    lamp = make_item("Lamp", price=99_999_999, on_hand=2)

    response = order(buyer, lamp, Lamp=2)

    assert response.status_code == 422
    assert available(buyer, lamp) == 2


UNKNOWN = [
    httpx.ReadTimeout("slow"),
    httpx.ConnectError("down"),
    httpx.RemoteProtocolError("torn"),
    409,
    429,
    500,
    503,
    "html",
    "idempotency_error",
]


@pytest.mark.parametrize("failure", UNKNOWN, ids=repr)
def test_an_unknown_outcome_keeps_the_hold_and_is_a_202(buyer, httpx_mock, failure):
    tea = make_item("Tea", on_hand=5)
    if isinstance(failure, Exception):
        httpx_mock.add_exception(failure, method="POST", url=SESSIONS, is_reusable=True)
    elif failure == "html":
        httpx_mock.add_response(200, html="<h1>Hello</h1>", method="POST", url=SESSIONS)
    else:
        status, kind = (400, failure) if isinstance(failure, str) else (failure, "api_error")
        httpx_mock.add_response(status, json={"error": {"type": kind}}, method="POST", url=SESSIONS, is_reusable=True)

    response = order(buyer, tea)

    assert response.status_code == 202
    assert (response.get_json()["status"], response.get_json()["checkout_url"]) == ("pending", None)
    assert available(buyer, tea) == 4
    assert Attempt.query.one().status == "unknown"


@pytest.mark.parametrize(
    ("status", "kind", "answer", "code"),
    [
        (402, "card_error", 402, "payment_declined"),
        (400, "invalid_request_error", 409, "payment_refused"),
        (401, "invalid_request_error", 503, "payments_unavailable"),
        (404, "invalid_request_error", 503, "payments_unavailable"),
    ],
)
def test_a_definitive_no_gives_the_stock_back(buyer, httpx_mock, status, kind, answer, code):
    tea = make_item("Tea", on_hand=5)
    words = {"error": {"type": kind, "message": "Invalid API Key provided: sk_test_0123456789abcdef"}}
    httpx_mock.add_response(status, json=words, method="POST", url=SESSIONS)

    response = order(buyer, tea)

    assert (response.status_code, response.get_json()["error"]) == (answer, code)
    assert "sk_test" not in response.text
    assert available(buyer, tea) == 5
    assert (Order.query.one().status, Attempt.query.one().status) == ("pending", "rejected")


def test_orders_are_their_buyers_and_staffs(buyer, provider, signed_in):
    placed = order(buyer, make_item()).get_json()
    stranger, staff = signed_in(make_user("mallory")), signed_in(make_user("grace", role="staff"))

    assert stranger.get(f"/api/orders/{placed['id']}").status_code == 404
    assert stranger.get("/api/orders").get_json()["total"] == 0
    alice = {name: buyer.get("/api/profile").get_json()[name] for name in ("id", "username", "name", "email")}
    for_staff = {**placed, "payments": [], "buyer": alice, "note": None, "phone": None, "shipping_address": None}
    assert staff.get(f"/api/orders/{placed['id']}").get_json() == for_staff
    assert staff.get("/api/orders").get_json()["items"] == [for_staff]


def test_the_newest_order_comes_first_and_pages_hold_what_they_say(buyer, provider):
    numbers = [order(buyer, make_item(on_hand=None)).get_json()["id"] for _ in range(5)]

    page = buyer.get("/api/orders?page=2&per_page=2").get_json()

    assert [each["id"] for each in page["items"]] == [numbers[2], numbers[1]]
    assert (page["total"], page["page"], page["per_page"]) == (5, 2, 2)


def test_a_list_that_is_asked_for_without_a_page_has_the_newest_twenty(buyer, provider):
    tea = make_item(on_hand=None)
    numbers = [order(buyer, tea, key=f"key-{number}").get_json()["id"] for number in range(21)]

    page = buyer.get("/api/orders").get_json()

    assert [each["id"] for each in page["items"]] == numbers[:0:-1]
    assert (page["total"], page["page"], page["per_page"]) == (21, 1, 20)


def test_only_a_paid_order_is_handed_over(buyer, provider, signed_in):
    placed = order(buyer, make_item()).get_json()
    staff = signed_in(make_user("grace", role="staff"))

    assert buyer.post(f"/api/orders/{placed['id']}/fulfil").status_code == 403
    assert staff.post(f"/api/orders/{placed['id']}/fulfil").get_json()["error"] == "order_not_paid"
    assert staff.post("/api/orders/999999/fulfil").status_code == 404


def together(app, number, act):
    """`act(client)` for `number` users at once, each on a thread and a connection of their own."""
    with app.app_context():
        clients = [sign_in(app, make_user()) for _ in range(number)]
    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(act, clients))


def test_thirty_two_buyers_get_five_units_between_them(own_app, provider):
    with own_app.app_context():
        lamp = make_item("Lamp", on_hand=5)

    statuses = together(own_app, 32, lambda client: order(client, lamp).status_code)

    assert sorted(statuses) == [201] * 5 + [409] * 27
    with own_app.app_context():
        assert db.session.get(Item, lamp.id).held == 5


def test_a_double_click_places_one_order(own_app, provider):
    with own_app.app_context():
        tea, alice = make_item("Tea", on_hand=5), make_user("alice")
        clients = [sign_in(own_app, alice) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda client: order(client, tea, key="once").status_code, clients))

    assert sorted(statuses) == [200] * 7 + [201]
    with own_app.app_context():
        assert Order.query.count() == 1
        assert db.session.get(Item, tea.id).held == 1
    assert len(provider.get_requests()) == 1


def test_baskets_that_cross_each_other_do_not_lock_each_other_out(own_app, provider):
    with own_app.app_context():
        tea, mug = make_item("Tea", on_hand=100), make_item("Mug", on_hand=100)

    def buy(client):
        return [order(client, *basket).status_code for basket in ((tea, mug), (mug, tea)) * 3]

    assert together(own_app, 8, buy) == [[201] * 6] * 8


# ---------------------------------------------------------------- how many may wait


def test_an_account_that_holds_too_much_pays_or_cancels_first(buyer, provider, reconfigured):
    reconfigured(max_unpaid_orders=2)
    tea = make_item("Tea", on_hand=9)
    first, _ = (order(buyer, tea, key=f"key-{number}") for number in range(2))

    third = order(buyer, tea, key="third")
    assert (third.status_code, third.get_json()["error"]) == (409, "too_many_unpaid_orders")
    assert available(buyer, tea) == 7
    assert order(buyer, tea, key="key-1").status_code == 200

    Order.query.filter_by(id=first.get_json()["id"]).update({"status": "paid"})
    db.session.commit()
    assert order(buyer, tea, key="third").status_code == 201


def test_an_order_whose_money_is_on_its_way_counts_until_it_is_here(buyer, provider, reconfigured):
    reconfigured(max_unpaid_units=5)
    tea = make_item("Tea", on_hand=9)
    order(buyer, tea, Tea=3)
    Order.query.update({"status": "processing"})
    db.session.commit()

    assert order(buyer, tea, Tea=3, key="second").get_json()["error"] == "too_many_unpaid_units"


def test_an_account_sets_only_so_many_units_aside(buyer, provider, reconfigured):
    reconfigured(max_unpaid_units=5)
    tea, cake = make_item("Tea", on_hand=9), make_item("Cake", on_hand=9)
    first = order(buyer, tea, Tea=3)

    second = order(buyer, cake, Cake=3, key="second")
    assert (second.status_code, second.get_json()["error"]) == (409, "too_many_unpaid_units")
    assert available(buyer, cake) == 9
    assert order(buyer, cake, Cake=2, key="third").status_code == 201

    Order.query.filter_by(id=first.get_json()["id"]).update({"status": "paid"})
    db.session.commit()
    assert order(buyer, cake, Cake=3, key="second").status_code == 201


def test_an_account_that_names_nobody_sets_fewer_units_aside(app, provider, reconfigured):
    reconfigured(max_unpaid_units=5, max_unverified_units=2)
    tea = make_item("Tea", on_hand=50)
    stranger, linked, known = make_user("eve", verified=False), make_user("bob", verified=False), make_user("ada")
    saved(Identity(user_id=linked.id, provider="acme", issuer="https://id.example", subject="bob"))

    answers = {user.username: order(sign_in(app, user), tea, Tea=3) for user in (stranger, linked, known)}

    assert {name: answer.status_code for name, answer in answers.items()} == {"eve": 409, "bob": 201, "ada": 201}
    assert answers["eve"].get_json()["error"] == "too_many_unpaid_units"
    assert order(sign_in(app, stranger), tea, Tea=2).status_code == 201


def test_an_order_that_is_being_cancelled_still_holds(buyer, provider, reconfigured):
    reconfigured(max_unpaid_orders=1)
    tea = make_item("Tea")
    order(buyer, tea)
    for status, answer in (("cancelling", 409), ("cancelled", 201)):
        Order.query.update({"status": status})
        db.session.commit()

        assert order(buyer, tea).status_code == answer


def test_what_others_have_not_paid_is_no_hindrance(app, buyer, provider, reconfigured):
    reconfigured(max_unpaid_orders=1)
    tea = make_item("Tea")
    order(buyer, tea)

    assert order(sign_in(app, make_user("bob")), tea).status_code == 201


def test_orders_that_are_placed_at_once_do_not_slip_through(own_app, provider):
    app = own_app
    app.extensions["settings"] = msgspec.structs.replace(app.extensions["settings"], max_unpaid_orders=3)
    with app.app_context():
        tea, buyer = make_item("Tea", on_hand=100), make_user("alice")

    def place(number):
        return order(sign_in(app, buyer), tea, key=f"key-{number}").status_code

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(place, range(12)))

    assert answers == [201] * 3 + [409] * 9
