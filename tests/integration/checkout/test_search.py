"""Finding orders: by words, status, dates and buyer, in the order that is asked for."""

from datetime import UTC, datetime

import pytest

from app.models import ShopProfile
from tests.integration.accounts import fields
from tests.integration.factories import make_item, make_order, make_user, saved


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user("grace", role="staff"))


def found(client, **query):
    answer = client.get("/api/orders", query_string=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.get_json()["items"]]


def at(day, hour=12, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_staff_find_an_order_by_number_buyer_and_item(staff):
    ada = make_user("ada", name="Ada Lovelace", email="countess@example.com")
    order = make_order(ada, make_item("Linden honey"))
    other = make_order(make_user("bob"), make_item("Mug"))

    for words in (f"K{1000 + order.id}", f"k{1000 + order.id}", str(1000 + order.id), "lovelace", "countess@", "honey"):
        assert found(staff, q=words) == [order.id], words
    assert found(staff, q="honey ada") == [order.id]
    assert found(staff, q="honey bob") == []
    assert found(staff, q="100%") == []
    assert found(staff, q="  ") == [other.id, order.id]


def test_a_search_shows_buyers_no_order_of_others(signed_in):
    ada, bob = make_user("ada"), make_user("bob")
    make_order(ada, make_item("Honey"))
    own = make_order(bob, make_item("Honey"))

    assert found(signed_in(bob), q="honey") == [own.id]
    assert found(signed_in(bob), q="ada") == []


def test_orders_of_one_status(staff):
    paid = make_order(make_user(), make_item(), status="paid", paid_at=at(1))
    make_order(make_user(), make_item())

    assert found(staff, status="paid") == [paid.id]
    assert fields(staff.get("/api/orders?status=lost")) == ["status"]


def test_dates_bound_when_an_order_was_placed_and_a_day_counts_whole(staff):
    buyer, item = make_user(), make_item()
    first, second, third = (make_order(buyer, item, created_at=at(day, 23)).id for day in (1, 2, 3))

    assert found(staff, **{"from": "2026-03-02"}) == [third, second]
    assert found(staff, to="2026-03-02") == [second, first]
    assert found(staff, **{"from": "2026-03-02", "to": "2026-03-02"}) == [second]
    assert found(staff, **{"from": "2026-03-02T23:00:00Z", "to": "2026-03-03T23:00:00Z"}) == [second]
    assert found(staff, **{"from": "2026-03-03T00:30:00+01:00"}) == [third]
    assert found(staff, to="9999-12-31") == [third, second, first]
    assert fields(staff.get("/api/orders?from=yesterday")) == ["from"]
    assert fields(staff.get("/api/orders?to=2026-02-30")) == ["to"]


def test_a_day_is_one_of_the_time_zone_of_the_shop(staff):
    saved(ShopProfile(id=1, time_zone="Europe/Berlin"))
    buyer, item = make_user(), make_item()
    # 23:30 and 00:30 in Berlin; the clocks go on by an hour on 29 March.
    late, early = (make_order(buyer, item, created_at=at(day, hour, 30)).id for day, hour in ((1, 22), (1, 23)))
    summer = make_order(buyer, item, created_at=at(29, 22, 30)).id

    assert found(staff, **{"from": "2026-03-02", "to": "2026-03-02"}) == [early]
    assert found(staff, to="2026-03-01") == [late]
    assert found(staff, to="2026-03-29") == [early, late]
    assert found(staff, **{"from": "2026-03-30"}) == [summer]
    assert found(staff, **{"from": "0001-01-01", "to": "9999-12-31"}) == [summer, early, late]


def test_orders_are_sorted_as_asked(staff):
    buyer = make_user()
    cheap = make_order(buyer, make_item(price=100), status="paid", paid_at=at(2)).id
    dear = make_order(buyer, make_item(price=900)).id
    middle = make_order(buyer, make_item(price=500), status="paid", paid_at=at(1)).id

    assert found(staff) == [middle, dear, cheap]
    assert found(staff, sort="created_at") == [cheap, dear, middle]
    assert found(staff, sort="total") == [cheap, middle, dear]
    assert found(staff, sort="-total") == [dear, middle, cheap]
    assert found(staff, sort="paid_at") == [middle, cheap, dear]
    assert found(staff, sort="-paid_at") == [cheap, middle, dear]
    assert fields(staff.get("/api/orders?sort=idempotency_key")) == ["sort"]
