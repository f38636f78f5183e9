"""A shop that mails through the mail simulator."""

from datetime import timedelta

import pytest

from app import create_app, db
from app.mail import queue
from app.mail.delivery import delivery
from app.models import Outgoing
from tests.integration.conftest import browser, close
from tests.integration.factories import make_user
from tests.settings import settings

UNHEARD = "redis://127.0.0.1:1/0"  # nobody listens there: mails go when a test says so


class Office:
    """An application with a mail server, on a database of its own. Its context is open."""

    def __init__(self, app, mailbox):
        self.app, self.mailbox = app, mailbox
        self.client = browser(app)

    def put(self, kind="password_changed", key="once", **payload):
        payload = payload or {"user": make_user("ada").id}
        queued = queue(db.session(), kind, payload, once=key)
        db.session.commit()
        return queued

    def deliver(self):
        delivery(self.app).deliver()
        db.session.rollback()

    def let_pass(self, of=("next_try_at", "lease_until"), **how_long):
        """As if what is due later were due by now; of `created_at`, as if it were old."""
        db.session.rollback()
        for row in Outgoing.query:
            for name in of:
                if (moment := getattr(row, name)) is not None:
                    setattr(row, name, moment - timedelta(**how_long))
        db.session.commit()

    @property
    def row(self):
        db.session.rollback()
        return Outgoing.query.populate_existing().one()

    @property
    def mails(self):
        return self.mailbox.mails()


@pytest.fixture
def office(own_database, mail_simulator):
    app = create_app(settings(own_database, MAIL_URL=mail_simulator.smtp_url, REDIS_URL=UNHEARD))
    with app.app_context():
        yield Office(app, mail_simulator)
    mail_simulator.reset()
    close(app)
