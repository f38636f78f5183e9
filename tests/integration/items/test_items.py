"""The catalogue: read by all."""

import pytest

from app import db
from app.models import Item
from tests.integration.accounts import assert_problem, fields
from tests.integration.factories import make_item, make_user


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user(role="staff"))


@pytest.fixture
def customer(signed_in):
    return signed_in(make_user())


def names(client, **query):
    return [each["name"] for each in client.get("/api/items", query_string=query).get_json()["items"]]


# ---------------------------------------------------------------- reading


def test_everybody_sees_what_is_on_offer_by_name(client):
    make_item("Tea")
    make_item("Coffee")

    body = client.get("/api/items").get_json()

    assert [each["name"] for each in body["items"]] == ["Coffee", "Tea"]
    assert (body["total"], body["page"], body["per_page"]) == (2, 1, 20)


def test_an_item_tells_what_a_buyer_wants_to_know(client):
    item = make_item("Tea", price=450, on_hand=7, held=2, description="Green", image_url="/pictures/tea.svg")

    assert client.get(f"/api/items/{item.id}").get_json() == {
        "id": item.id,
        "name": "Tea",
        "description": "Green",
        "price": 450,
        "currency": "EUR",
        "currency_digits": 2,
        "on_hand": 7,
        "available": 5,
        "image_url": "/pictures/tea.svg",
        "category": None,
        "on_sale": True,
        "version": 1,
    }


def test_an_item_without_a_stock_has_no_end(client):
    item = make_item(on_hand=None)

    body = client.get(f"/api/items/{item.id}").get_json()

    assert (body["on_hand"], body["available"]) == (None, None)


def test_an_item_that_is_not_there_is_not_found(client):
    for number in (999_999, 0, 2**53, 2**53 + 1, 10**18, "9" * 5000, "x", "1.5", "-1"):
        assert_problem(client.get(f"/api/items/{number}"), 404, "not_found")


def test_drafts_are_listed_for_staff_who_ask_for_them(client, customer, staff):
    make_item("Tea")
    make_item("Secret plan", price=None)

    assert names(client) == names(customer) == names(staff) == ["Tea"]
    assert names(staff, drafts="true") == ["Secret plan", "Tea"]
    for other in (client, customer):
        assert_problem(other.get("/api/items?drafts=true"), 403, "forbidden")


def test_a_draft_is_not_on_sale(staff):
    item = make_item(price=None)

    body = staff.get(f"/api/items/{item.id}").get_json()

    assert (body["price"], body["on_sale"]) == (None, False)


def test_pages_follow_one_another_and_miss_nothing(client):
    for number in range(7):
        make_item(f"Item {number}")

    pages = [names(client, page=page, per_page=3) for page in (1, 2, 3, 4)]

    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [name for page in pages for name in page] == [f"Item {number}" for number in range(7)]
    assert client.get("/api/items?page=9&per_page=3").get_json()["total"] == 7


def test_items_of_one_name_keep_their_order_over_pages(client):
    made = [make_item("Tea").id for _ in range(5)]

    found = [client.get(f"/api/items?per_page=1&page={page}").get_json()["items"][0]["id"] for page in range(1, 6)]

    assert found == made


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page=1.5", "page"),
        ("page=1000001", "page"),
        (f"page={'9' * 30}", "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("q=a%00b", "q"),
        (f"q={'a' * 201}", "q"),
        ("drafts=maybe", "drafts"),
    ],
)
def test_a_query_that_is_wrong_names_the_field(client, query, field):
    assert fields(client.get(f"/api/items?{query}")) == [field]


# ---------------------------------------------------------------- searching


@pytest.mark.parametrize("q", ["tea", "TEA", "gree tea", "green", "  tea  ", "een"])
def test_a_search_looks_for_every_word_in_name_and_description(client, q):
    make_item("Tea", description="Green")
    make_item("Teapot", description="Blue")
    make_item("Coffee", description="from Greenland")

    assert "Tea" in names(client, q=q)
    assert len(names(client, q=q)) < 3
    assert client.get("/api/items", query_string={"q": q}).get_json()["total"] == len(names(client, q=q))


def test_a_search_for_nothing_known_finds_nothing(client):
    make_item("Tea")

    assert names(client, q="tea coffee") == []


@pytest.mark.parametrize("q", ["%", "_", "T%", "T_a", "\\", "/", "100%"])
def test_a_wildcard_is_looked_for_as_it_is_written(client, q):
    make_item("Tea")
    make_item(f"odd {q} name")

    assert names(client, q=q) == [f"odd {q} name"]


@pytest.mark.parametrize("q", ["'; DROP TABLE items; --", "\u202e", "😀", "a " * 90])
def test_an_odd_search_is_only_a_search(client, q):
    make_item("Tea")

    assert client.get("/api/items", query_string={"q": q}).status_code == 200
    assert Item.query.count() == 1


def test_bytes_that_are_no_text_do_no_harm(client):
    assert client.get("/api/items?q=%ed%a0%80%ff").status_code == 200


# ---------------------------------------------------------------- asking whether something changed


@pytest.mark.parametrize("path", ["/api/items", "/api/items?q=tea", "/api/items/{id}"])
def test_what_has_not_changed_is_not_sent_again(client, path):
    item = make_item("Tea")
    path = path.format(id=item.id)
    tag = client.get(path).headers["ETag"]

    again = client.get(path, headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    item.held = 3
    db.session.commit()
    changed = client.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_wish_for_a_version_that_is_gone_is_refused_without_the_newer_one(client):
    item = make_item("Tea")

    answer = client.get(f"/api/items/{item.id}", headers={"If-Match": '"99"'})

    assert_problem(answer, 412, "stale_version")
    assert b"Tea" not in answer.data


def test_what_is_kept_is_asked_after_each_time(client):
    assert "no-cache" in client.get("/api/items").headers["Cache-Control"]


def test_a_draft_is_there_for_staff_alone(client, app, signed_in):
    draft = make_item("Secret project", price=None)
    customer, staff = signed_in(make_user()), signed_in(make_user(role="staff"))

    answers = [each.get(f"/api/items/{draft.id}").status_code for each in (client, customer, staff)]

    assert answers == [404, 404, 200]
