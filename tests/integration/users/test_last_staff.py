"""Somebody always runs the shop: the last one who does cannot be taken away, by nobody and in no way."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from app import db
from app.models import AuditTrailEntry, User
from app.runtime.db import utcnow, writing
from app.runtime.errors import NotFound
from app.users import service, signals
from app.users.audit_trail import COMMAND_LINE
from app.users.service import LastStaff
from tests.integration.factories import make_user


def test_the_last_member_of_staff_stays_one(app):
    grace = make_user(role="staff")
    make_user()
    make_user(role="staff", active=False)

    with pytest.raises(LastStaff):
        service.set_role(db.session, grace.id, "customer", COMMAND_LINE)
    with pytest.raises(LastStaff):
        service.close(db.session, grace.id, COMMAND_LINE, utcnow())

    assert (grace.role, grace.closed_at) == ("staff", None)
    assert AuditTrailEntry.query.count() == 0


def test_the_last_but_one_may_go(app):
    grace, heidi = make_user(role="staff"), make_user(role="staff")

    service.set_role(db.session, grace.id, "customer", COMMAND_LINE)

    assert grace.role == "customer"
    with pytest.raises(LastStaff):
        service.set_role(db.session, heidi.id, "customer", COMMAND_LINE)


def test_where_nobody_runs_the_shop_customers_still_may_go(app):
    ada = make_user()

    service.close(db.session, ada.id, COMMAND_LINE, utcnow())

    assert ada.closed_at
    with pytest.raises(NotFound):
        service.set_role(db.session, ada.id, "staff", COMMAND_LINE)


def test_of_two_who_take_each_others_role_one_keeps_it(own_app):
    with own_app.app_context():
        people = [make_user(role="staff").id for _ in range(2)]
    both_at_once = Barrier(2)

    def meet(_user, **_):
        with suppress(BrokenBarrierError):
            both_at_once.wait(0.5)  # for the other one, who ought to be kept waiting elsewhere

    def demote(user_id):
        with own_app.app_context(), writing():
            try:
                service.set_role(db.session, user_id, "customer", COMMAND_LINE)
            except LastStaff:
                return False
            db.session.commit()
            return True

    with signals.role_changed.connected_to(meet), ThreadPoolExecutor(2) as pool:
        went = list(pool.map(demote, people))

    assert sorted(went) == [False, True]
    with own_app.app_context():
        assert User.query.filter_by(role="staff").count() == 1
