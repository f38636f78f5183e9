"""Orders as a table for a spreadsheet: those that the list shows, and nothing that is computed when it opens."""

import csv
from datetime import UTC, datetime

import pytest

from app import db
from app.checkout import export
from tests.attacks import came_of
from tests.integration.accounts import fields
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_order, make_user


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user("grace", role="staff"))


def table(client, **query):
    answer = client.get("/api/orders.csv", query_string=query)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(answer.text.splitlines()))


def test_the_table_has_what_staff_know_of_each_order(staff):
    ada = make_user("ada", name="Ada Lovelace", email="ada@example.com")
    address = {"name": "Ada Lovelace", "line1": "1 Ockham Park", "line2": None, "city": "Ockham", "country": "GB"}
    placed = datetime(2026, 3, 1, 12, tzinfo=UTC)
    known = {"note": "Ring twice, please", "phone": "012345", "shipping_address": address}
    order = make_order(ada, make_item("Mug", price=1850), make_item("Tea", price=500), created_at=placed, **known)

    assert table(staff) == [
        {
            "number": order.number,
            "status": "pending",
            "created_at": "2026-03-01T12:00:00Z",
            "paid_at": "",
            "username": "ada",
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "phone": "012345",
            "address": "Ada Lovelace, 1 Ockham Park, Ockham, GB",
            "note": "Ring twice, please",
            "items": "1 × Mug; 1 × Tea",
            "subtotal": "23.50",
            "discount": "0.00",
            "shipping": "0.00",
            "tax": "0.00",
            "total": "23.50",
            "refunded": "0.00",
            "currency": "EUR",
        }
    ]


def test_the_table_has_the_orders_of_the_list_in_its_order(staff, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 2)
    buyer = make_user("bob")
    lamp = make_order(buyer, make_item("Lamp"))
    orders = [make_order(buyer, make_item("Mug", price=price)) for price in (300, 100, 500, 200, 400)]

    assert [row["total"] for row in table(staff, q="mug", sort="total")] == ["1.00", "2.00", "3.00", "4.00", "5.00"]
    assert [row["total"] for row in table(staff, sort="-total")][:3] == ["12.50", "5.00", "4.00"]
    assert [row["number"] for row in table(staff, q="mug")] == [order.number for order in reversed(orders)]
    every = [lamp.number, *(order.number for order in orders)]
    assert [row["number"] for row in table(staff)] == every[::-1]
    assert [row["number"] for row in table(staff, sort="created_at")] == every
    assert table(staff, status="paid") == []
    assert fields(staff.get("/api/orders.csv?from=soon")) == ["from"]
    assert fields(staff.get("/api/orders.csv?page=2")) == ["page"]


@pytest.mark.parametrize(("spreadsheet", "delimiter", "total"), [("en", ",", "1234.50"), ("de", ";", "1234,50")])
def test_a_spreadsheet_shows_umlauts_and_amounts_in_columns_of_their_own(staff, spreadsheet, delimiter, total):
    make_order(make_user("kaethe", name="Käthe Müller; Köln"), make_item("Tee", price=123450))

    answer = staff.get("/api/orders.csv", query_string={"spreadsheet": spreadsheet})

    assert answer.data.startswith(b"\xef\xbb\xbfnumber")
    assert answer.data.count("\ufeff".encode()) == 1
    [row] = csv.DictReader(answer.data.decode("utf-8-sig").splitlines(), delimiter=delimiter)
    assert (row["name"], row["total"], row["currency"]) == ("Käthe Müller; Köln", total, "EUR")


def test_a_program_gets_the_table_without_a_mark(staff):
    assert staff.get("/api/orders.csv").data.startswith(b"number,status,")
    assert fields(staff.get("/api/orders.csv?spreadsheet=klingon")) == ["spreadsheet"]


def test_no_transaction_is_open_while_a_client_takes_its_time(own_app, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 1)
    with own_app.app_context():
        make_order(make_user("bob"), make_item("Mug"), make_item("Lamp"))
        staff, pool = sign_in(own_app, make_user("grace", role="staff")), db.engine.pool

    answer = staff.get("/api/orders.csv", buffered=False)
    pieces = iter(answer.response)
    next(pieces), next(pieces)

    assert pool.checkedout() == 0
    answer.close()


@pytest.mark.attack
@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", " =", "\uff1d", "\u200b=", "\ufeff="])
def test_no_text_of_a_buyer_is_a_formula(staff, begin):
    evil = f'{begin}HYPERLINK("https://evil.example","Open")'
    make_order(make_user("eve", name=evil), make_item("Mug"), note=evil)

    [row] = table(staff, q="eve")

    came_of(row["name"], f"'{evil}")
    came_of(row["note"], f"'{evil}")


def test_the_table_is_staffs_alone(signed_in):
    assert signed_in(make_user()).get("/api/orders.csv").status_code == 403
