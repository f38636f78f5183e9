"""What is over is deleted in time, however much there is of it, and what is not stays."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import CHORES, db
from app.models import (
    AuditTrailEntry,
    Closing,
    Event,
    OAuthReturn,
    Outgoing,
    RefreshToken,
    UserSession,
)
from app.payments.events import process
from app.runtime import retention as batches
from app.runtime.async_bridge import bridge
from app.runtime.db import utcnow, writing
from app.runtime.schedule import run, schedule
from tests.integration.factories import make_item, make_order, make_user
from tests.integration.payments.refunding import send
from tests.integration.payments.test_long_lists import an_event

WORK = {name: work for name, _, work in CHORES}


def do(chore):
    with writing():
        return bridge.run(run(WORK[chore], db.session()))


def number(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def ago(days):
    return utcnow() - timedelta(days=days)


def event(name, days, **values):
    row = {"kind": "refund.updated", "body": b"{}", "state": "done", "received_at": ago(days), **values}
    db.session.add(Event(event_id=name, **row))
    db.session.commit()


def test_events_go_after_their_time_and_those_that_need_a_person_stay(app):
    order = make_order(make_user(), make_item())
    event("old", 91, order_id=order.id)
    event("young", 89, order_id=order.id)
    event("another's", 2)
    event("another's of today", 0.5)
    event("waits", 91, state="new")
    event("failed", 91, state="failed")
    event("closed", 91, state="failed")
    staff = make_user("grace", role="staff")
    told = {"kind": "event", "subject": "closed", "words": "w", "reason": "r", "facts": "f"}
    db.session.add(Closing(finding="f", **told, user_id=staff.id))
    db.session.commit()

    do("events-hourly")

    left = set(db.session.scalars(sa.select(Event.event_id)))
    assert left == {"young", "another's of today", "waits", "failed"}


def test_closed_findings_go_when_they_are_old_and_their_cause_is_gone(app):
    staff = make_user("grace", role="staff")
    for name, days, ended in (("gone", 731, True), ("stands", 731, False), ("young", 10, True)):
        told = {"kind": "dispute", "subject": name, "words": "w", "reason": "r", "facts": name}
        ended_at = ago(days) if ended else None
        db.session.add(Closing(finding=name, **told, user_id=staff.id, closed_at=ago(days), ended_at=ended_at))
    db.session.commit()

    do("events-hourly")

    assert set(db.session.scalars(sa.select(Closing.finding))) == {"stands", "young"}


def test_sessions_tokens_callbacks_mails_and_the_trail_go_in_their_time(app):
    user = make_user()
    ends = {"alive": (ago(0), ago(-1)), "unused": (ago(9), ago(-20)), "over": (ago(2), ago(2))}
    for name, (used, expires) in ends.items():
        session = UserSession(user_id=user.id, used_at=used, expires_at=expires, token_hash=name.encode())
        db.session.add(session)
        db.session.flush()
        for each, days in ((b"old", 8), (b"new", 1)):
            row = {"token_hash": name.encode() + each, "session_id": session.id}
            db.session.add(RefreshToken(**row, used_at=ago(days)))
    for days in (1, 800):
        db.session.add(AuditTrailEntry(user_id=user.id, action="sign_in", at=ago(days)))
        callback = {"state_hash": b"%d" % days, "browser_hash": b"b", "next": "/", "created_at": ago(days - 0.5)}
        db.session.add(OAuthReturn(**callback))
        mail = {"kind": "receipt", "payload": {}, "created_at": ago(days), "done_at": ago(days), "tries": 1}
        db.session.add(Outgoing(dedupe_key=str(days), **mail))
    db.session.commit()

    for chore in ("sessions-hourly", "callbacks-hourly", "trail-nightly", "mails-nightly"):
        do(chore)

    assert set(db.session.scalars(sa.select(UserSession.token_hash))) == {b"alive"}
    assert set(db.session.scalars(sa.select(RefreshToken.token_hash))) == {b"alivenew"}
    assert [number(each) for each in (AuditTrailEntry, OAuthReturn, Outgoing)] == [1, 1, 1]


@pytest.fixture
def backlog(app, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 10)
    user = make_user()
    rows = [{"user_id": user.id, "action": "sign_in", "at": ago(900), "details": {}} for _ in range(35)]
    db.session.execute(sa.insert(AuditTrailEntry), rows)
    db.session.commit()


def test_a_backlog_goes_in_small_transactions_until_nothing_is_left(backlog, monkeypatch):
    commits, commit = [], db.session().commit
    monkeypatch.setattr(db.session(), "commit", lambda: commits.append(commit()))

    do("trail-nightly")

    assert (number(AuditTrailEntry), len(commits)) == (0, 4)


def test_a_worker_that_is_to_stop_leaves_the_rest_of_a_backlog(backlog, app, monkeypatch):
    looks = iter([False, False, True])
    monkeypatch.setattr(schedule(app), "is_stopping", lambda: next(looks))

    assert do("trail-nightly") == "unfinished"
    assert number(AuditTrailEntry) == 15


# ---------------------------------------------------------------- other systems on the account


@pytest.mark.parametrize(
    "told",
    [
        an_event(1, type="invoice.paid"),
        an_event(1, data={"object": {"id": "cs_1", "metadata": {}}}),
        an_event(1, data={"object": {"id": "cs_1", "metadata": {"attempt": "a", "installation": "another"}}}),
    ],
    ids=["of another kind", "without marks", "with another's marks"],
)
def test_an_event_about_another_system_is_taken_and_not_kept(shop, told):
    assert send(shop.http, told).status_code == 200

    assert shop.rows(Event) == []


def test_of_an_event_that_turns_out_to_be_about_another_system_nothing_is_kept(shop):
    send(shop.http, an_event(1, type="refund.updated", data={"object": {"id": "re_1", "amount": 12345}}))
    with shop.app.app_context(), writing():
        bridge.run(process(db.session(), shop.app.extensions["gateway"], "evt_000001"))

    [row] = shop.rows(Event)
    assert (row.state, b"12345" in row.body, b"re_1" in row.body) == ("done", False, False)
