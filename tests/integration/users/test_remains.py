"""What is left of a person whose account is closed: rows that others need, and nothing that tells who it was."""

import json  # feature: shop
from pathlib import Path
from secrets import token_hex  # feature: shop

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from app import db
from app.mail import outbox, quota
from app.models import (
    Attempt,  # feature: shop
    AuditTrailEntry,
    Event,  # feature: shop
    Order,  # feature: shop
    User,
)
from app.payments import redaction  # feature: shop
from app.payments.backfill import backfill  # feature: shop
from app.runtime.async_bridge import bridge
from app.runtime.db import utcnow
from app.runtime.schedule import run, schedule
from tests.attacks import came_of
from tests.integration.accounts import sign_in
from tests.integration.checkout.buying import completed, order, send_event  # feature: shop
from tests.integration.conftest import browser
from tests.integration.factories import (
    PASSWORD,
    make_item,  # feature: shop
    make_user,
)

WORDS = ("lovelace", "198.51.100.77", "4412345", "ockham")
"""In her names and addresses, and nowhere else."""

# feature: shop {
DETAILS = {
    "email": "ada@lovelace.example",
    "name": "Ada Lovelace",
    "phone": "+4412345",
    "address": {"line1": "1 Ockham Park", "city": "Ockham", "country": "GB"},
}
# }


def remains():
    """Every row that tells of her, whatever column it is in."""
    db.session.commit()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            said = " ".join(each.decode("latin-1") if isinstance(each, bytes) else str(each) for each in row).lower()
            if any(word in said for word in WORDS):
                yield f"{table.name}: {said}"


@pytest.fixture
def ada(app):
    client = browser(app)
    client.environ_base["REMOTE_ADDR"] = "198.51.100.77"
    account = {"username": "lovelace", "email": "ada@lovelace.example", "password": PASSWORD}
    assert client.post("/api/register", json=account).status_code == 201
    assert sign_in(client, "lovelace").status_code == 200
    assert client.patch("/api/profile", json={"name": "Ada Lovelace"}).status_code == 200
    return client


# feature: shop {
def about_her(event, **more):
    subject = event["data"]["object"]
    subject |= {"customer_details": DETAILS, "customer_email": "ada@lovelace.example", "shipping": DETAILS, **more}
    return event


@pytest.mark.attack
def test_a_payment_leaves_nothing_of_the_payer_behind(ada, simulated, client):
    number = order(ada, make_item()).get_json()["id"]
    attempt = Attempt.query.one()
    simulated.pay(attempt.session_id)
    told = completed(attempt.session_id, metadata={"attempt": attempt.idem_key, "order": str(number)})
    strange = {"id": f"evt_{token_hex(8)}", "type": "customer.created", "data": {"object": {"id": "cus_1", **DETAILS}}}
    others = completed(
        "cs_test_of_another", metadata={"customer": "ada@lovelace.example"}, client_reference_id="Lovelace"
    )
    for event in (about_her(told), strange, about_her(others)):
        assert send_event(client, event).status_code == 200
    assert ada.get(f"/api/orders/{number}").get_json()["status"] == "paid"

    assert ada.delete("/api/profile").status_code == 200

    came_of("\n".join(remains()), "")
    assert Event.query.count() == 1, "of other systems nothing is kept"
    assert db.session.get(Order, number).status == "paid"


@pytest.mark.attack
def test_what_her_client_called_its_orders_goes_with_her(ada, simulated):
    item = make_item()
    for key in ("lovelace-1", "1", "2"):
        assert order(ada, item, key=key).status_code == 201

    assert ada.delete("/api/profile").status_code == 200

    came_of("\n".join(remains()), "")
    assert Order.query.count() == 3


# }


@pytest.mark.attack
def test_within_the_hour_nothing_of_her_is_left_in_the_files_either(own_app, own_database):
    folder = Path(make_url(own_database).database or "")
    if make_url(own_database).get_backend_name() != "sqlite":
        pytest.skip("its files are SQLite's")
    client = browser(own_app)
    account = {"username": "lovelace", "email": "ada@lovelace.example", "password": PASSWORD}
    assert client.post("/api/register", json=account).status_code == 201
    assert sign_in(client, "lovelace").status_code == 200
    assert client.delete("/api/profile").status_code == 200

    [chore] = [each for each in schedule(own_app).chores if each.name == "log-hourly"]
    with own_app.app_context():
        bridge.run(run(chore.work, db.session()))

    left = [file.name for file in folder.parent.glob(f"{folder.name}*") if b"lovelace" in file.read_bytes().lower()]
    came_of(str(left), "[]")


# feature: shop {
def test_what_is_kept_of_a_message_is_enough_to_find_its_order(ada, simulated, client):
    number = order(ada, make_item()).get_json()["id"]
    attempt = Attempt.query.one()
    session, mark = attempt.session_id, attempt.idem_key
    simulated.pay(session)
    attempt.status, attempt.session_id, attempt.url = "unknown", None, None
    db.session.commit()

    send_event(client, about_her(completed(session, metadata={"attempt": mark}, payment_intent="pi_1")))

    assert ada.get(f"/api/orders/{number}").get_json()["status"] == "paid"
    kept = json.loads(Event.query.one().body)["data"]["object"]
    assert kept == {
        "id": session,
        "object": "checkout.session",
        "payment_intent": "pi_1",
        "metadata": {"attempt": mark},
    }


def test_of_a_message_that_was_fetched_no_more_is_kept_than_of_one_that_came(ada, app, simulated):
    order(ada, make_item())
    simulated.pay(Attempt.query.one().session_id)
    db.session.commit()

    assert bridge.run(backfill(db.session(), app.extensions["gateway"])).new > 0

    bodies = [json.loads(each.body) for each in Event.query]
    assert {name for body in bodies for name in body["data"]["object"]} <= {*redaction.OF_OBJECT, "metadata"}


# }


def test_what_she_did_to_others_as_staff_does_not_tell_where_she_was(ada):
    make_user("grace", role="staff")
    User.query.filter_by(username="lovelace").update({"role": "staff"})
    db.session.commit()
    bob = make_user("bob").id
    assert ada.patch(f"/api/users/{bob}", json={"name": "Robert"}).status_code == 200
    assert AuditTrailEntry.query.filter_by(user_id=bob).one().address == "198.51.100.77"

    assert ada.delete("/api/profile").status_code == 200

    assert list(remains()) == []
    assert AuditTrailEntry.query.filter_by(user_id=bob).one().action == "name_changed"


# feature: shop {
def test_messages_that_an_older_release_stored_whole_are_reduced(ada, simulated, client):
    number = order(ada, make_item()).get_json()["id"]
    attempt = Attempt.query.one()
    told = completed(attempt.session_id, metadata={"attempt": attempt.idem_key, "order": str(number)})
    send_event(client, told)
    event = Event.query.one()
    event.body = json.dumps(about_her(told)).encode()
    db.session.commit()
    assert list(remains())

    assert [redaction.reduce_all(db.session()) for _ in range(2)] == [1, 0]

    ada.delete("/api/profile")
    assert list(remains()) == []
    assert json.loads(Event.query.one().body)["data"]["object"]["id"] == attempt.session_id


# }


def test_keys_made_of_an_address_and_turns_are_cleared_within_hours(ada, app):
    ada.post("/api/password/forgot", json={"email": "ada@lovelace.example"})
    ada.delete("/api/profile")

    outbox.forget(db.session(), utcnow() + outbox.KEPT_BY_ADDRESS)
    quota.forget(db.session(), utcnow() + outbox.KEPT_BY_ADDRESS)

    assert {row.kind for row in db.session.execute(sa.text("SELECT kind FROM outbox"))} <= {"account_closed"}
