"""From the outbox to the mail server, whatever becomes of either."""

import logging
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import create_app, db
from app.mail import outbox, queue
from app.mail.delivery import delivery
from app.models import Outgoing, User
from app.runtime.child_environment import environment as inherited
from app.runtime.db import utcnow
from tests.integration.conftest import close
from tests.integration.factories import make_user
from tests.integration.mail.conftest import UNHEARD, Office
from tests.processes import KIOSK, Process, wait_for
from tests.settings import environment, settings

pytestmark = pytest.mark.any_database


def test_a_mail_is_sent_once(office):
    office.put()

    office.deliver()
    office.deliver()

    [mail] = office.mails
    assert mail["to"] == ["ada@example.com"]
    assert mail["sender"] == "kiosk@localhost"
    assert mail["headers"]["Subject"] == "Your password was changed"
    assert office.row.done_at


def test_what_a_mail_was_made_of_is_forgotten_once_it_is_sent(office):
    office.put("email_changed", email="old@example.com", username="ada")

    office.deliver()

    assert office.mails[0]["to"] == ["old@example.com"]
    assert office.row.payload == {}


@pytest.mark.every_database
def test_of_one_key_there_is_one_mail(office):
    ada = make_user("ada").id

    assert office.put(user=ada)
    assert not office.put(user=ada)

    office.deliver()
    assert len(office.mails) == 1


@pytest.mark.every_database
def test_a_mail_that_was_rolled_back_is_never_sent(office):
    queue(db.session(), "password_changed", {"user": make_user().id})
    db.session.rollback()

    office.deliver()

    assert office.mails == []


@pytest.mark.every_database
def test_without_a_mail_server_a_mail_is_done_at_once_and_never_sent_later(app):
    queue(db.session(), "password_changed", {"user": make_user().id})
    db.session.commit()

    row = Outgoing.query.one()
    assert row.done_at
    assert row.payload == {}


def test_what_waits_when_the_mail_server_is_taken_out_of_the_settings_is_skipped(office, own_database):
    office.put()
    bare = create_app(settings(own_database))

    delivery(bare).deliver()

    close(bare)
    assert office.row.done_at
    office.deliver()
    assert office.mails == []


@pytest.mark.parametrize("place", ["connect", "sender", "recipient", "data", "body"])
def test_a_mail_that_the_server_refuses_for_now_is_sent_later(office, place):
    office.put()
    office.mailbox.refuses(place, 451, times=1)

    office.deliver()
    assert office.mails == []
    assert office.row.done_at is None

    office.let_pass(minutes=2)
    office.deliver()
    assert len(office.mails) == 1


@pytest.mark.parametrize("place", ["connect", "hello", "sender", "recipient", "data", "body", "accepted"])
def test_a_server_that_breaks_off_anywhere_loses_no_mail(office, place):
    office.put()
    office.mailbox.hangs_up(place, times=1)

    office.deliver()
    assert office.row.done_at is None

    office.let_pass(minutes=2)
    office.deliver()
    assert office.row.done_at
    assert len({mail["headers"]["Message-ID"] for mail in office.mails}) == 1


def test_a_mail_whose_answer_was_lost_comes_again_as_the_same(office):
    office.put()
    office.mailbox.hangs_up("accepted", times=1)

    office.deliver()
    office.let_pass(minutes=2)
    office.deliver()

    first, second = office.mails
    assert first["headers"] == second["headers"]
    assert first["text"] == second["text"]


@pytest.mark.every_database
def test_a_crash_between_sending_and_writing_it_down_sends_the_same_again(office, monkeypatch):
    office.put()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "done", lambda *_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            office.deliver()
    assert office.row.done_at is None

    office.deliver()
    assert len(office.mails) == 1, "it is leased still"
    office.let_pass(minutes=3)
    office.deliver()

    first, second = office.mails
    assert first["headers"]["Message-ID"] == second["headers"]["Message-ID"]
    assert office.row.done_at


def test_a_server_that_hangs_is_given_up_soon_and_tried_again(office, monkeypatch):
    monkeypatch.setattr("app.mail.smtp.STEP_SECONDS", 0.3)
    office.put()
    office.mailbox.hangs("data", times=1)
    began = time.monotonic()

    office.deliver()

    assert time.monotonic() - began < 5
    assert office.row.done_at is None
    office.let_pass(minutes=2)
    office.deliver()
    assert len(office.mails) == 1


@pytest.mark.every_database
def test_a_server_that_is_away_is_asked_once_and_not_for_every_mail(office):
    ada = make_user("ada").id
    for number in range(5):
        office.put(key=f"key-{number}", user=ada)
    office.mailbox.hangs_up("connect")

    office.deliver()

    assert office.mailbox.count("connect") == 1


def test_a_mail_that_is_refused_keeps_no_other_from_being_sent(office):
    office.put("email_changed", "first", email="gone@example.com", username="bob")
    office.put(key="second")
    office.mailbox.refuses("recipient", 550, times=1)

    office.deliver()

    assert [mail["to"] for mail in office.mails] == [["ada@example.com"]]


@pytest.mark.every_database
def test_a_mailbox_that_does_not_exist_is_given_up_at_once(office, caplog):
    office.put()
    office.mailbox.refuses("recipient", 550)

    office.deliver()

    assert "is given up after 1 tries: the recipient is refused with 550" in caplog.text
    assert "ada@example.com" not in caplog.text
    office.let_pass(hours=2)
    office.deliver()
    assert office.mailbox.count("recipient") == 1


@pytest.mark.every_database
def test_tries_come_ever_more_seldom_and_end_after_three_days(office, caplog):
    office.put()
    office.mailbox.refuses("connect", 421)
    waits = []

    for _ in range(8):
        before = utcnow()
        office.deliver()
        waits.append(round((office.row.next_try_at - before) / timedelta(minutes=1)))
        office.let_pass(hours=1, minutes=1)
    office.let_pass(days=3, of=("created_at",))
    caplog.set_level(logging.ERROR)
    office.deliver()

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "is given up after 9 tries: it is too old" in caplog.text
    assert (office.row.done_at, office.row.next_try_at, office.row.payload) == (None, None, {})
    office.mailbox.reset()
    office.deliver()
    assert office.mails == []


@pytest.mark.every_database
def test_two_who_deliver_at_once_send_a_mail_once(office, own_database):
    for number in range(10):
        office.put("email_changed", f"key-{number}", email=f"user-{number}@example.com", username="ada")
    due = outbox.due(db.session(), utcnow())
    first = outbox.claim(db.session(), due[0], utcnow())

    assert first is not None
    assert outbox.claim(db.session(), due[0], utcnow()) is None
    office.deliver()
    assert len(office.mails) == 9


@pytest.mark.every_database
def test_an_address_that_a_server_might_misread_gets_no_mail(office):
    ada = make_user("ada")
    db.session.execute(sa.update(User).values(email="a@b.example\r\nBcc: eve@c.example"))
    db.session.execute(sa.update(User).values(verified_email=User.email))
    db.session.commit()
    office.put(user=ada.id)

    office.deliver()

    assert office.mails == []
    assert office.row.next_try_at is None


def test_what_is_queued_goes_out_by_itself(own_database, mail_simulator):
    app = create_app(settings(own_database, MAIL_URL=mail_simulator.smtp_url))
    with app.app_context():
        began = time.monotonic()
        queue(db.session(), "password_changed", {"user": make_user().id})
        db.session.commit()
        assert time.monotonic() - began < 5, "nobody waits for the mail server"

        wait_for(mail_simulator.mails, "the mail to come")
        wait_for(lambda: Office(app, mail_simulator).row.done_at, "it to be noted as sent")
    delivery(app).stop(10)
    close(app)


def test_a_mail_of_an_older_release_is_sent_unless_it_is_old(office):
    """That release queued receipts, and had no time to try them at."""
    ada = make_user("ada").id
    for age in (1, 100):
        made = utcnow() - timedelta(hours=age)
        db.session.add(Outgoing(dedupe_key=f"{age}", kind="password_changed", payload={"user": ada}, created_at=made))
    db.session.commit()

    office.deliver()

    assert len(office.mails) == 1


@pytest.mark.every_database
def test_mails_that_are_long_over_are_cleared_and_what_waits_is_not(office):
    old = utcnow() - timedelta(days=91)
    for key, ended, tries in (("sent", old, 1), ("given up", None, 9), ("waits", None, 0)):
        row = {"dedupe_key": key, "kind": "receipt", "payload": {}, "created_at": old, "done_at": ended}
        db.session.add(Outgoing(**row, tries=tries, next_try_at=None))
    office.put(key="young")

    outbox.forget(db.session(), utcnow())

    assert {row.dedupe_key for row in Outgoing.query} == {"waits", "young"}


def test_a_worker_sends_what_nobody_rang_for(office, own_database, tmp_path):
    office.put()
    mine = settings(own_database, MAIL_URL=office.mailbox.smtp_url, REDIS_URL=UNHEARD)
    worker = Process([KIOSK, "worker"], tmp_path / "worker", env={**inherited({}), **environment(mine)})

    worker.wait_for(office.mailbox.mails, "the mail to come")

    worker.wait_for(lambda: office.row.done_at, "it to be noted as sent")
    assert worker.stop() == 0


@pytest.mark.every_database
def test_a_worker_that_is_killed_while_it_sends_loses_no_mail(office, own_database, tmp_path):
    office.put()
    office.mailbox.hangs("data", times=1)
    mine = settings(own_database, MAIL_URL=office.mailbox.smtp_url, REDIS_URL=UNHEARD)
    worker = Process([KIOSK, "worker"], tmp_path / "worker", env={**inherited({}), **environment(mine)})
    worker.wait_for(lambda: office.mailbox.count("data"), "the mail to be under way")

    worker.kill()

    office.deliver()
    assert office.mails == [], "it is leased still"
    office.let_pass(minutes=3)
    office.deliver()
    assert len(office.mails) == 1
