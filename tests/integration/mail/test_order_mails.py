"""Mails about an order besides its receipt: to the buyer, and to staff who want them."""

from datetime import UTC, datetime

import msgspec
import pytest

from app import db
from app.models import FindingRow, Outgoing
from app.orders import mails
from app.orders import service as orders
from app.payments import finding_mails
from app.runtime.child_environment import environment as inherited
from app.runtime.db import utcnow
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_order, make_user, saved
from tests.integration.mail.conftest import UNHEARD
from tests.processes import KIOSK, Process
from tests.settings import environment, settings

pytestmark = pytest.mark.any_database


@pytest.fixture
def staff(office):
    return sign_in(office.app, make_user("grace", role="staff"))


@pytest.fixture
def wanted(office, monkeypatch):
    """Staff want mails."""
    values = msgspec.structs.replace(office.app.extensions["settings"], staff_mail="staff@example.com")
    monkeypatch.setitem(office.app.extensions, "settings", values)


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


def test_staff_read_in_the_language_and_time_zone_of_the_one_whose_mailbox_it_is(office, wanted):
    make_user("grace", email="Staff@example.com", role="staff", language="de", time_zone="Asia/Tokyo")
    saved(FindingRow(kind="payment", subject="pi_x", words="Money that no order knows.", facts="x", found_at=utcnow()))
    order = make_order(make_user("ada"), make_item("Tee"), status="paid", paid_at=datetime(2026, 7, 1, 22, tzinfo=UTC))

    mails.tell_staff(db.session(), order, "reference")
    finding_mails.tell(db.session(), utcnow())
    office.deliver()

    about_order, about_finding = office.mails
    assert about_order["headers"]["Subject"] == f"Bestellung {order.number} ist bezahlt"
    assert "Bezahlt: 02.07.2026, 07:00 JST" in about_order["text"]
    assert about_finding["headers"]["Subject"] == "Etwas ist zu klären"


@pytest.mark.every_database
def test_staff_hear_of_each_finding_once(office, wanted):
    saved(FindingRow(kind="payment", subject="pi_x", words="Money that no order knows.", facts="x", found_at=utcnow()))

    finding_mails.tell(db.session(), utcnow())
    finding_mails.tell(db.session(), utcnow())
    office.deliver()

    assert subjects(office) == [("staff@example.com", "Something needs a person")]
    assert "Money that no order knows." in office.mails[0]["text"]


def test_a_worker_mails_staff_what_needs_a_person(office, own_database, tmp_path):
    saved(FindingRow(kind="payment", subject="pi_x", words="Money that no order knows.", facts="x", found_at=utcnow()))
    mine = settings(own_database, MAIL_URL=office.mailbox.smtp_url, STAFF_MAIL="staff@example.com", REDIS_URL=UNHEARD)
    worker = Process([KIOSK, "worker"], tmp_path / "worker", env={**inherited({}), **environment(mine)})

    worker.wait_for(office.mailbox.mails, "the mail to come")

    assert subjects(office) == [("staff@example.com", "Something needs a person")]
    assert worker.stop() == 0


def test_staff_who_want_no_mails_get_none(office):
    saved(FindingRow(kind="payment", subject="pi_x", words="Money that no order knows.", facts="x", found_at=utcnow()))

    finding_mails.tell(db.session(), utcnow())

    assert Outgoing.query.count() == 0
