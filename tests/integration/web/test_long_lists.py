"""Lists of very many rows: none is missing or shown twice, and what is told of them is not counted for each page."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app import db
from app.items import catalogue
from app.models import Closing, User
from app.web import at_once, long_lists, minute_cache
from app.web.at_once import AtOnce
from tests.integration.accounts import assert_problem
from tests.integration.conftest import browser, browser_at, sign_in
from tests.integration.factories import make_item, make_order, make_user, saved

NUMBER, PER_PAGE, STEP, LONG = 30, 4, 5, 10
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STATUSES = ("pending", "paid", "fulfilled", "cancelled")


@pytest.fixture
def shop(own_app, monkeypatch):
    """Every list of more than LONG rows is a long one. Names, prices and times are those of two or three rows each."""
    for name, value in {"LONG": LONG, "STEP": STEP}.items():
        monkeypatch.setattr(long_lists, name, value)
    monkeypatch.setattr(catalogue, "LONG", LONG)
    with own_app.app_context():
        for number in range(NUMBER):
            make_item(f"Tea {number * 7 % 13:02}", price=100 + number * 11 % 12)
    return own_app


@pytest.fixture
def staff(shop):
    with shop.app_context():
        ada, buyer, item = make_user("ada", role="staff"), make_user("bob"), make_item("Mug")
        for number in range(NUMBER):
            status = STATUSES[number * 5 % 4]
            paid_at = NOON + timedelta(hours=number * 7 % 11) if status in ("paid", "fulfilled") else None
            make_order(buyer, item, status=status, paid_at=paid_at)
        db.session.execute(db.text("UPDATE orders SET total = 100 + id % 7"))
        db.session.commit()
        return sign_in(shop, ada)


def pages(client, path):
    """Of the list at `path`, page by page, the last one empty."""
    number, page = 1, {"items": [True]}
    while page["items"]:
        page = client.get(f"{path}&per_page={PER_PAGE}&page={number}").get_json()
        yield page
        number += 1


def rows(client, path):
    return [row for page in pages(client, path) for row in page["items"]]


@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "newest"])
def test_the_pages_of_a_long_list_hold_each_item_once_and_in_order(shop, sort):
    name, is_descending = sort.removeprefix("-"), sort in ("-name", "-price", "newest")

    shown = rows(browser(shop), f"/api/items?sort={sort}")

    order = [(item.get(name), item["id"]) if name != "newest" else item["id"] for item in shown]
    assert len(order) == len(set(order)) == NUMBER
    assert order == sorted(order, reverse=is_descending)


@pytest.mark.parametrize("way", ["", "-"])
@pytest.mark.parametrize("name", ["created_at", "total", "status"])
def test_the_pages_of_very_many_orders_hold_each_once_and_in_order(staff, name, way):
    shown = rows(staff, f"/api/orders?sort={way}{name}")

    order = [(order[name], order["id"]) for order in shown]
    assert len(order) == len(set(order)) == NUMBER
    assert order == sorted(order, reverse=way == "-")


@pytest.mark.parametrize("way", ["", "-"])
def test_orders_that_are_not_paid_come_last_by_the_time_of_payment(staff, way):
    shown = rows(staff, f"/api/orders?sort={way}paid_at")

    paid = [(order["paid_at"], order["id"]) for order in shown if order["paid_at"]]
    assert paid == sorted(paid, reverse=way == "-")
    assert {order["paid_at"] for order in shown[len(paid) :]} == {None}
    assert len({order["id"] for order in shown}) == len(shown) == NUMBER


def test_drafts_far_down_a_list_are_shown_too(shop, staff):
    with shop.app_context():
        drafts = {make_item(f"Draft {number}", price=None).id for number in range(NUMBER)}

    shown = [row["id"] for row in rows(staff, "/api/items?drafts=true&sort=price")]

    assert len(shown) == len(set(shown)) == 2 * NUMBER + 1
    assert drafts < set(shown)


@pytest.mark.parametrize("which", ["", "active=false"])
def test_the_pages_of_very_many_users_hold_each_once_and_by_name(shop, staff, which):
    with shop.app_context():
        for number in range(NUMBER):
            make_user(f"user-{number * 7 % NUMBER:02}", active=number % 5 == 0)

    shown = [user["username"] for user in rows(staff, f"/api/users?{which}")]

    barred = [f"user-{number:02}" for number in range(NUMBER) if number * 13 % NUMBER % 5]
    assert shown == (barred if which else ["ada", "bob", *(f"user-{number:02}" for number in range(NUMBER))])


# feature: todos {
def test_the_pages_of_very_many_to_dos_hold_each_once_with_the_open_ones_first(staff):
    for number in range(NUMBER):
        staff.post("/api/todos", json={"title": f"Water plant {number}", "done": number % 3 == 0})

    shown = [(todo["done"], -todo["id"]) for todo in rows(staff, "/api/todos?")]

    assert len(set(shown)) == len(shown) == NUMBER
    assert shown == sorted(shown)


# }


def test_the_pages_of_very_many_closed_findings_hold_each_once_the_latest_first(shop, staff):
    with shop.app_context():
        ada = db.session.scalar(db.select(User).where(User.username == "ada"))
        for number in range(NUMBER):
            about = {"finding": f"finding-{number}", "kind": "payment", "subject": f"pi_{number}", "words": "Odd."}
            saved(Closing(**about, reason="Asked the buyer.", user_id=ada.id))

    shown = [finding["subject"] for finding in rows(staff, "/api/findings/closed?")]

    assert shown == [f"pi_{number}" for number in reversed(range(NUMBER))]


def test_all_pages_of_a_long_list_tell_the_same_total(shop, staff):
    for path, number in {"/api/items?": NUMBER + 1, "/api/orders?": NUMBER, "/api/users?": 2}.items():
        assert {page["total"] for page in pages(staff, path)} == {number}


def test_the_total_of_a_long_list_is_counted_once_in_a_while(shop, monkeypatch):
    client = browser(shop)
    assert client.get("/api/items").get_json()["total"] == NUMBER

    with shop.app_context():
        make_item("Tea 99")
    assert client.get("/api/items").get_json()["total"] == NUMBER
    assert client.get(f"/api/items?per_page=1&page={NUMBER + 1}").get_json()["total"] == NUMBER + 1

    later = minute_cache.time.monotonic() + minute_cache.SECONDS
    for module in (minute_cache, catalogue):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: later))
    assert client.get("/api/items").get_json()["total"] == NUMBER + 1


def test_what_came_after_the_landmarks_keeps_no_row_from_being_shown(shop):
    client = browser(shop)
    before = rows(client, "/api/items?sort=newest")  # makes them
    with shop.app_context():
        new = [make_item("Tea").id for _ in range(STEP - 1)]

    shown = [item["id"] for item in rows(client, "/api/items?sort=newest")]

    assert shown == [*reversed(new), *(item["id"] for item in before)]


def test_landmarks_are_made_in_turn_and_then_no_page_takes_one(shop, monkeypatch):
    monkeypatch.setattr(at_once, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(at_once, "SEARCHES", AtOnce(running=1, waiting=0, each=4))
    there = browser_at(shop, "203.0.113.9")
    deep = f"/api/items?per_page={PER_PAGE}&page="

    with shop.test_request_context(), at_once.SEARCHES.turn():
        refused = there.get(f"{deep}5")
        assert there.get(f"{deep}2").status_code == 200
    assert_problem(refused, 429, "too_many_requests")

    assert there.get(f"{deep}5").status_code == 200
    with shop.test_request_context(), at_once.SEARCHES.turn():
        assert there.get(f"{deep}6").status_code == 200


def test_a_page_far_behind_the_end_of_a_short_list_is_empty(client):
    make_item("Tea")

    page = client.get("/api/items?page=1000000&per_page=100").get_json()

    assert (page["items"], page["total"]) == ([], 1)
