"""Mails about an order besides its receipt: to the buyer, and to staff who want them."""

import msgspec
import pytest

from app import db
from app.models import FindingRow, Outgoing
from app.orders import mails
from app.orders import service as orders
from app.payments import finding_mails
from app.runtime.db import utcnow
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_order, make_user, saved


@pytest.fixture
def staff(office):
    return sign_in(office.app, make_user("grace", role="staff"))


@pytest.fixture
def wanted(office, monkeypatch):
    """Staff want mails."""
    settings = msgspec.structs.replace(office.app.extensions["settings"], staff_mail="staff@example.com")
    monkeypatch.setitem(office.app.extensions, "settings", settings)


def subjects(office):
    return [(mail["to"][0], mail["headers"]["Subject"]) for mail in office.mails]


def test_a_buyer_hears_that_the_order_is_handed_over(office, staff):
    order = make_order(make_user("ada"), make_item(), status="paid", paid_at=utcnow())

    staff.post(f"/api/orders/{order.id}/fulfil")
    office.deliver()

    assert subjects(office) == [("ada@example.com", f"Your order {order.number} is handed over")]
    assert f"\nhttp://localhost/orders/{order.id}\n" in office.mails[0]["text"]


def test_a_buyer_hears_that_the_order_is_cancelled_at_an_address_that_is_theirs(office):
    for user in (make_user("ada"), make_user("eve", verified=False)):
        orders.cancel(db.session(), make_order(user, make_item(), status="cancelling"))
    db.session.commit()
    office.deliver()

    assert [to for to, _ in subjects(office)] == ["ada@example.com"]
    assert "nothing was charged" in office.mails[0]["text"]


@pytest.mark.parametrize("meanwhile", [{"active": False}, {"email": None, "verified_email": None}])
def test_a_buyer_who_is_barred_or_without_an_address_by_now_hears_nothing(office, meanwhile):
    ada = make_user("ada")
    mails.tell_buyer(db.session(), make_order(ada, make_item(), status="paid", paid_at=utcnow()), "order_handed_over")
    for name, value in meanwhile.items():
        setattr(ada, name, value)
    db.session.commit()
    office.deliver()

    assert (office.mails, Outgoing.query.filter_by(done_at=None).count()) == ([], 0)


def test_a_buyer_hears_how_much_goes_back(office):
    order = make_order(make_user("ada"), make_item(price=500), status="paid", paid_at=utcnow())
    mails.tell_buyer(db.session(), order, "order_refunded", amount=200, currency="EUR")
    db.session.commit()
    office.deliver()

    assert "2.00 EUR of your order" in office.mails[0]["text"]


def test_staff_hear_of_a_paid_order_who_bought_what(office, wanted):
    known = {"note": "Ring twice", "phone": "012345", "shipping_address": {"line1": "1 Ockham Park", "line2": None}}
    order = make_order(make_user("ada", name="Ada Lovelace"), make_item("Tea"), **known)

    orders.mark_paid(db.session(), orders.lock(db.session(), type(order).id == order.id), "reference", utcnow())
    db.session.commit()
    office.deliver()

    [mail] = [each for each in office.mails if each["to"] == ["staff@example.com"]]
    assert mail["headers"]["Subject"] == f"Order {order.number} is paid"
    for words in ("Ada Lovelace", "1 x Tea", "Their note: Ring twice", "Address: 1 Ockham Park", "Phone: 012345"):
        assert words in mail["text"]


def test_staff_hear_of_each_finding_once(office, wanted):
    saved(FindingRow(kind="payment", subject="pi_x", words="Money that no order knows.", facts="x", found_at=utcnow()))

    finding_mails.tell(db.session(), utcnow())
    finding_mails.tell(db.session(), utcnow())
    office.deliver()

    assert subjects(office) == [("staff@example.com", "Something needs a person")]
    assert "Money that no order knows." in office.mails[0]["text"]


def test_staff_who_want_no_mails_get_none(office):
    saved(FindingRow(kind="payment", subject="pi_x", words="Money that no order knows.", facts="x", found_at=utcnow()))

    finding_mails.tell(db.session(), utcnow())

    assert Outgoing.query.count() == 0
