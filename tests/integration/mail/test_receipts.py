"""The mail to whoever paid, and what a mail server that is away means for those on duty."""

import json
from datetime import UTC, datetime
from email.utils import parseaddr

import httpx
import msgspec
import pytest

from app import create_app, db
from app.mail import queue
from app.mail.delivery import delivery
from app.models import Attempt, Outgoing, ShopProfile
from app.runtime.child_environment import environment as inherited
from app.runtime.db import utcnow
from app.shop import service as shop
from tests.attacks import came_of
from tests.integration.conftest import close
from tests.integration.factories import make_item, make_order, make_user, saved
from tests.integration.mail.conftest import UNHEARD
from tests.integration.payments.conftest import BROWSER
from tests.integration.payments.shop import Shop
from tests.processes import free_port, run_kiosk
from tests.settings import environment, settings

pytestmark = pytest.mark.any_database


def paid(user, *items, currency="EUR"):
    order = make_order(user, *items, status="paid", paid_at=utcnow())
    attempt = Attempt.query.filter_by(order_id=order.id).one()
    order.currency, attempt.status = currency, "expired"
    queue(db.session(), "receipt", {"order": order.id}, once=f"receipt:{attempt.idem_key}")
    db.session.commit()
    return order


def test_a_receipt_lists_what_was_paid_for_and_leads_to_the_order(office):
    order = paid(make_user("ada"), make_item("Lamp", price=8900), make_item("Tea", price=5))

    office.deliver()

    [mail] = office.mails
    assert mail["to"] == ["ada@example.com"]
    assert mail["headers"]["Subject"] == f"Your order {order.number}"
    assert "  1 x Lamp: 89.00 EUR\n  1 x Tea: 0.05 EUR\n\n  Total: 89.05 EUR" in mail["text"]
    assert f"\nhttp://localhost/orders/{order.id}\n" in mail["text"]


def test_a_receipt_tells_what_was_added_and_taken_off(office):
    order = paid(make_user("ada"), make_item("Lamp", price=8900))
    order.discount, order.shipping, order.tax, order.total = 890, 500, 1702, 10212
    db.session.commit()

    office.deliver()

    lines = ["1 x Lamp: 89.00 EUR", "", "  Subtotal: 89.00 EUR", "  Discount: -8.90 EUR", "  Shipping: 5.00 EUR"]
    assert "\n".join([*lines, "  Tax: 17.02 EUR", "  Total: 102.12 EUR\n"]) in office.mails[0]["text"]


def test_a_receipt_tells_the_tax_that_is_part_of_the_prices(office):
    order = paid(make_user("ada"), make_item("Lamp", price=8900))
    order.tax = 1483
    db.session.commit()

    office.deliver()

    assert "  Total: 89.00 EUR\n  Tax in it: 14.83 EUR\n" in office.mails[0]["text"]


@pytest.mark.every_database
@pytest.mark.parametrize("meanwhile", [{"active": False}, {"email": None, "verified_email": None}])
def test_a_buyer_who_is_barred_or_without_an_address_by_now_gets_no_receipt(office, meanwhile):
    ada = make_user("ada")
    paid(ada, make_item("Tea"))
    for name, value in meanwhile.items():
        setattr(ada, name, value)
    db.session.commit()

    office.deliver()

    assert (office.mails, Outgoing.query.filter_by(done_at=None).count()) == ([], 0)


@pytest.mark.every_database
def test_a_receipt_is_in_the_language_of_the_buyer(office):
    order = paid(make_user("ada", language="de"), make_item("Lampe", price=8900))
    order.paid_at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    db.session.commit()

    office.deliver()

    [mail] = office.mails
    assert mail["headers"]["Subject"] == f"Ihre Bestellung {order.number}"
    assert "  1 x Lampe: 89,00 EUR\n\n  Summe:   89,00 EUR\n  Bezahlt: 01.07.2026, 22:30 UTC" in mail["text"]


def test_a_buyer_who_has_chosen_no_language_reads_that_of_the_shop(office):
    given = office.app.extensions["settings"]
    office.app.extensions["settings"] = msgspec.structs.replace(given, language="de")
    order = paid(make_user("ada"), make_item())

    office.deliver()

    assert office.mails[0]["headers"]["Subject"] == f"Ihre Bestellung {order.number}"


@pytest.mark.parametrize("of_owner", [None, "Europe/Berlin"])
def test_a_receipt_tells_when_it_was_paid_in_the_time_zone_of_the_shop(office, of_owner):
    paid(make_user("ada"), make_item()).paid_at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    saved(ShopProfile(id=1, time_zone=of_owner))
    given = office.app.extensions["settings"]
    office.app.extensions["settings"] = msgspec.structs.replace(given, time_zone="Asia/Tokyo")

    office.deliver()

    here = "2026-07-02 00:30 CEST" if of_owner else "2026-07-02 07:30 JST"
    assert here in office.mails[0]["text"]


def test_a_receipt_tells_it_in_the_time_zone_of_the_buyer(office):
    saved(ShopProfile(id=1, time_zone="Europe/Berlin"))
    for zone in ("America/Lima", "Not/Known"):  # as an older database of zones may have it
        buyer = make_user(zone.partition("/")[0].lower(), time_zone=zone)
        paid(buyer, make_item()).paid_at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    db.session.commit()

    office.deliver()

    assert "2026-07-01 17:30 -05" in office.mails[0]["text"]
    assert "2026-07-02 00:30 CEST" in office.mails[1]["text"]


@pytest.mark.parametrize("name", ["Tea & Co", 'Tee "zur Kanne", Inh. Ada <Lovelace>'])
def test_a_mail_comes_from_the_shop_by_its_name(office, name):
    paid(make_user("ada"), make_item())
    saved(ShopProfile(id=1, name=name))

    office.deliver()

    assert parseaddr(office.mails[0]["headers"]["From"]) == (name, "kiosk@localhost")


def test_a_mail_has_what_the_owner_has_set(office):
    paid(make_user("ada"), make_item())
    saved(ShopProfile(id=1, name="Tea & Co", contact="1 Quay\ntea@shop.example", primary_colour="#123456"))

    office.deliver()

    text = office.mails[0]["text"]
    assert " at Tea & Co is paid." in text
    assert text.endswith("Tea & Co\nhttp://localhost\n1 Quay\ntea@shop.example\n")
    assert shop.mail_site().colour == "#123456"


def test_a_receipt_tells_how_the_buyer_gets_what_was_bought(office):
    paid(make_user("ada"), make_item())
    saved(ShopProfile(id=1, delivery="Pick it up at the market.\nSaturdays, 8 to 13."))

    office.deliver()

    assert "\nPick it up at the market.\nSaturdays, 8 to 13.\n\nSee how it stands" in office.mails[0]["text"]


@pytest.mark.every_database
def test_amounts_have_the_digits_of_their_currency(office):
    paid(make_user("ada"), make_item("Lamp", price=8900), currency="JPY")

    office.deliver()

    assert "Total: 8900 JPY" in office.mails[0]["text"]


def test_the_name_of_a_thing_cannot_look_like_a_paragraph_of_ours(office):
    paid(make_user("ada"), make_item("Lamp\n\nYour card was refused: https://evil.example", price=1))

    office.deliver()

    assert "1 x Lamp  Your card was refused" in office.mails[0]["text"]


@pytest.mark.attack
def test_an_order_that_has_the_number_of_one_that_a_restore_has_lost_has_a_receipt_of_its_own(
    databases, payments_simulator, mail_simulator
):
    """Mailboxes show one mail of each Message-ID."""
    for address in (databases.new(), databases.new()):
        app = create_app(
            settings(address, payments=payments_simulator.url, MAIL_URL=mail_simulator.smtp_url, REDIS_URL=UNHEARD)
        )
        with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost", headers=BROWSER) as client:
            shop = Shop(app, client, payments_simulator)
            shop.place()
            shop.pay()
            shop.come_back()
        with app.app_context():
            delivery(app).deliver()
        close(app)
        databases.drop(address)

    first, second = mail_simulator.mails()
    assert first["headers"]["Subject"] == second["headers"]["Subject"] == "Your order K1001"
    came_of(str(first["headers"]["Message-ID"] == second["headers"]["Message-ID"]), "False")


def test_a_receipt_goes_to_an_address_that_is_not_verified_too(office):
    paid(make_user("ada", verified=False), make_item(price=1))

    office.deliver()

    assert len(office.mails) == 1


@pytest.mark.every_database
def test_whoever_closed_their_account_gets_none(office):
    ada = make_user("ada")
    paid(ada, make_item(price=1))
    ada.active, ada.email = False, None
    db.session.commit()

    office.deliver()

    assert office.mails == []
    assert office.row.done_at


def reconcile(database, payments, mail_url):
    mine = environment(settings(database, payments=payments, MAIL_URL=mail_url))
    done = run_kiosk("reconcile", "--report", "json", env={**inherited({}), **mine})
    return done.returncode, json.loads(done.stdout)


def test_reconcile_sends_what_waits(office, own_database, payments_simulator):
    paid(make_user("ada"), make_item(price=1))

    status, report = reconcile(own_database, payments_simulator.url, office.mailbox.smtp_url)

    assert (status, report["mended"]) == (0, [])
    assert len(office.mails) == 1
    assert office.row.done_at


def test_reconcile_is_clean_while_the_mail_server_is_away_and_loses_nothing(office, own_database, payments_simulator):
    paid(make_user("ada"), make_item(price=1))

    status, report = reconcile(own_database, payments_simulator.url, f"smtp://127.0.0.1:{free_port()}")

    assert (status, report["unfinished"]) == (0, 0)
    office.let_pass(minutes=2)
    office.deliver()
    assert len(office.mails) == 1


def test_reconcile_without_a_mail_server_is_clean_and_leaves_nothing_waiting(office, own_database, payments_simulator):
    paid(make_user("ada"), make_item(price=1))

    status, _ = reconcile(own_database, payments_simulator.url, "")

    assert status == 0
    assert Outgoing.query.filter_by(done_at=None).count() == 0
