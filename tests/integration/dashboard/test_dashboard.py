"""The shop at a glance: what staff look at each morning."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from app import db
from app.dashboard import service
from app.dashboard.schemas import Day
from app.models import FindingRow, Payment, Refund, ShopProfile
from app.runtime.db import utcnow
from app.web import minute_cache
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_order, make_user, saved


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user("grace", role="staff"))


def paid(price, *, at, refunded=0, disposition="settles"):
    order = make_order(make_user(), make_item(price=price), status="paid", paid_at=at)
    names = {"payment_intent": f"pi_{order.id}", "currency": "EUR", "disposition": disposition, "created_at": at}
    payment = saved(Payment(order_id=order.id, amount=price, refund_reserved=refunded, **names))
    if refunded:
        keys = {"idem_key": f"key-{order.id}", "wish_key": f"key-{order.id}", "body": "", "api_version": ""}
        saved(Refund(payment_id=payment.id, amount=refunded, status="succeeded", created_at=at, **keys))
    return order


def test_orders_are_counted_by_state(staff):
    make_order(make_user(), make_item(), status="paid")
    make_order(make_user(), make_item())
    make_order(make_user(), make_item())

    shown = staff.get("/api/dashboard").get_json()

    counts = {"pending": 2, "processing": 0, "cancelling": 0, "paid": 1, "fulfilled": 0, "cancelled": 0}
    assert shown["orders"] == counts


def test_money_is_told_by_day_for_thirty_days(staff):
    now = utcnow()
    paid(1000, at=now)
    paid(500, at=now, refunded=200)
    paid(300, at=now - timedelta(days=29))
    paid(900, at=now - timedelta(days=31))
    paid(700, at=now, disposition="late")

    days = staff.get("/api/dashboard").get_json()["days"]

    assert len(days) == 30
    assert days[-1] == {"day": f"{now:%Y-%m-%d}", "orders": 2, "amount": 1500, "refunded": 200}
    assert days[0] == {"day": f"{now - timedelta(days=29):%Y-%m-%d}", "orders": 1, "amount": 300, "refunded": 0}
    assert sum(day["orders"] for day in days) == 3


@pytest.mark.parametrize("many", [0, 1000])
def test_days_are_those_of_the_time_zone_of_the_shop(app, monkeypatch, many):
    """Each day is whole also where clocks go on or back: 29 March has 23 hours in Berlin, and 28 March 24."""
    monkeypatch.setattr(service, "MANY", many)
    for hour in (datetime(2026, 3, 27, 23, tzinfo=UTC) + timedelta(hours=each) for each in range(48)):
        paid(100, at=hour + timedelta(minutes=30), refunded=40)

    now = datetime(2026, 3, 29, 22, 45, tzinfo=UTC)
    *_, saturday, sunday, monday = service.days(db.session(), "EUR", "Europe/Berlin", now)

    assert saturday == Day(date(2026, 3, 28), 24, 2400, 960)
    assert sunday == Day(date(2026, 3, 29), 23, 2300, 920)
    assert monday == Day(date(2026, 3, 30), 1, 100, 40)


def test_the_dashboard_names_the_time_zone_of_its_days(staff):
    saved(ShopProfile(id=1, time_zone="Asia/Kathmandu"))

    shown = staff.get("/api/dashboard").get_json()

    assert shown["time_zone"] == "Asia/Kathmandu"
    assert shown["days"][-1]["day"] == f"{utcnow() + timedelta(hours=5, minutes=45):%Y-%m-%d}"


def test_where_very_many_payments_came_days_that_are_over_are_added_up_once_in_a_while(own_app, monkeypatch):
    monkeypatch.setattr(service, "MANY", 1)
    now = utcnow()

    def seen():
        days = staff.get("/api/dashboard").get_json()["days"]
        return [(days[place]["orders"], days[place]["amount"], days[place]["refunded"]) for place in (0, -1)]

    with own_app.app_context():
        staff = sign_in(own_app, make_user("grace", role="staff"))
        for _ in range(2):
            paid(300, at=now - timedelta(days=29), refunded=100)
            paid(500, at=now, refunded=200)
        assert seen() == [(2, 600, 200), (2, 1000, 400)]

        paid(300, at=now - timedelta(days=29))
        paid(500, at=now)
        assert seen() == [(2, 600, 200), (3, 1500, 400)]

        later = minute_cache.time.monotonic() + minute_cache.SECONDS
        monkeypatch.setattr(minute_cache, "time", SimpleNamespace(monotonic=lambda: later))
        assert seen() == [(3, 900, 200), (3, 1500, 400)]


def test_what_runs_out_comes_first_and_what_is_not_on_sale_is_left_out(staff):
    make_item("Tea", on_hand=5)
    make_item("Lamp", on_hand=3, held=3)
    make_item("Mug", on_hand=6)
    make_item("Draft", price=None, on_hand=0)
    make_item("Postcard", on_hand=None)
    make_item("Old", on_hand=0, withdrawn_at=utcnow())

    low = staff.get("/api/dashboard").get_json()["low_stock"]

    assert [(each["name"], each["on_hand"], each["available"]) for each in low] == [("Lamp", 3, 0), ("Tea", 5, 5)]


def test_what_needs_a_person_is_counted(staff):
    paid(500, at=utcnow())
    paid(500, at=utcnow(), refunded=500)
    saved(FindingRow(kind="payment", subject="pi_x", words="Money that no order knows.", facts="x", found_at=utcnow()))

    shown = staff.get("/api/dashboard").get_json()

    assert shown["needs"] == {"hand_over": 1, "findings": 1, "mails": 0}
    assert [each["words"] for each in shown["findings"]] == ["Money that no order knows."]


def test_a_buyer_sees_no_dashboard(signed_in):
    assert signed_in(make_user()).get("/api/dashboard").status_code == 403
