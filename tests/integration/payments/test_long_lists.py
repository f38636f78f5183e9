"""The provider's list of events, however long: fetched page by page, and gone on with where it was cut off."""

import json
import re
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest
import sqlalchemy as sa

from app import db
from app.models import Chore, Event
from app.payments.backfill import REACHED, backfill
from app.payments.background import PAGES
from app.payments.reconcile import reconcile
from app.runtime import schedule
from app.runtime.async_bridge import bridge
from app.runtime.child_environment import environment as inherited
from app.runtime.db import utcnow, writing
from tests.processes import KIOSK, Process, wait_for
from tests.settings import PAYMENTS, environment, settings

pytestmark = pytest.mark.any_database

NOW = int(utcnow().timestamp())
SESSION = {"id": "cs_1", "object": "checkout.session", "metadata": {"attempt": "of-another-release"}}


def an_event(number, **more):
    event = {"id": f"evt_{number:06d}", "object": "event", "type": "checkout.session.completed", "created": NOW}
    return {**event, "data": {"object": SESSION}, **more}


class Account:
    """The provider's list of events, the newest first. `asked` is where each call has begun.

    `breaks_after` is how many calls are answered; where it `grows`, each call finds an event more.
    """

    def __init__(self):
        self.events, self.asked, self.breaks_after, self.grows = [], [], None, False

    def answer(self, request):
        after = parse_qs(request.url.query.decode()).get("starting_after", [""])[0]
        self.asked.append(after)
        if self.grows:
            self.events.insert(0, an_event(len(self.events)))
        if self.breaks_after is not None and len(self.asked) > self.breaks_after:
            return httpx.Response(400, json={"error": {"type": "invalid_request_error"}})
        names = [event.get("id") if isinstance(event, dict) else None for event in self.events]
        if after and after not in names:
            return httpx.Response(404, json={"error": {"type": "invalid_request_error", "code": "resource_missing"}})
        start = names.index(after) + 1 if after else 0
        page = self.events[start : start + 100]
        return httpx.Response(200, content=json.dumps({"data": page, "has_more": start + 100 < len(names)}))


@pytest.fixture
def account(httpx_mock):
    made = Account()
    events = re.compile(re.escape(f"{PAYMENTS}/v1/events?"))
    httpx_mock.add_callback(made.answer, url=events, is_reusable=True, is_optional=True)
    others = re.compile(re.escape(f"{PAYMENTS}/v1/") + "(?!events)")
    httpx_mock.add_response(url=others, json={"data": [], "has_more": False}, is_reusable=True, is_optional=True)
    return made


def fetch(app, **how):
    with writing():
        return bridge.run(backfill(db.session(), app.extensions["gateway"], **how))


def stored():
    return db.session.scalar(sa.select(sa.func.count()).select_from(Event))


def test_two_thousand_events_are_all_fetched_eight_pages_at_a_time(app, account):
    account.events = [an_event(number) for number in range(2000)]

    runs = [fetch(app, pages=PAGES) for _ in range(3)]

    assert [run.new for run in runs] == [800, 800, 400]
    assert [run.is_whole for run in runs[:2]] == [False, False]
    assert stored() == 2000
    assert fetch(app).new == 0


@pytest.mark.every_database
def test_one_that_is_cut_off_in_the_middle_goes_on_at_the_page_where_it_was(app, account):
    account.events = [an_event(number) for number in range(500)]
    account.breaks_after = 3
    with pytest.raises(Exception, match="400"):
        fetch(app)
    assert stored() == 300

    account.breaks_after, account.asked = None, []
    assert fetch(app).new == 200

    assert account.asked[:2] == ["evt_000299", "evt_000399"]


def test_what_came_while_it_was_cut_off_is_fetched_too(app, account):
    account.events = [an_event(number) for number in range(150)]
    assert fetch(app, pages=1).new == 100
    account.events.insert(0, an_event(999))

    assert fetch(app).new == 51


def test_a_place_that_the_provider_no_longer_knows_is_left(app, account):
    account.events = [an_event(number) for number in range(250)]
    fetch(app, pages=1)
    del account.events[50:150]

    assert fetch(app).new == 100


def test_an_event_of_the_future_does_not_hide_those_before_it(app, account):
    account.events = [an_event(1, created=NOW + 10_000_000)]
    fetch(app)

    reached = db.session.scalar(sa.select(Chore.reached).where(Chore.name == REACHED))
    assert reached <= utcnow().timestamp()


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {"object": "event"},
        an_event(1, id="evt\0"),
        an_event(1, id=7),
        an_event(1, type=None),
        an_event(1, data=None),
        an_event(1, created="soon"),
    ],
    ids=["nothing", "no id", "NUL", "a number", "no type", "no data", "no time"],
)
def test_one_bad_event_stops_nothing_and_is_not_fetched_for_ever(app, account, bad):
    account.events = [an_event(2), bad, an_event(3), *(an_event(number) for number in range(10, 120)), bad]

    fetch(app)

    assert {"evt_000002", "evt_000003", "evt_000119"} <= set(db.session.scalars(sa.select(Event.event_id)))
    assert fetch(app).new == 0


def test_reconcile_ends_although_each_of_its_looks_finds_news(app, account, monkeypatch):
    monkeypatch.setattr("app.payments.reconcile.ROUND_SECONDS", 0)
    account.grows = True

    with writing():
        report = bridge.run(reconcile(db.session(), app.extensions["gateway"]))

    assert report.fetched > 0


# ---------------------------------------------------------------- the worker


@pytest.fixture
def worker(own_app, own_database, payments_simulator, tmp_path):
    """Starts one whose provider takes its time over the list of events."""
    mine = settings(own_database, payments=payments_simulator.url)
    started = []

    def start():
        env = {**inherited({}), **environment(mine)}
        started.append(Process([KIOSK, "worker"], tmp_path / f"worker-{len(started)}", env=env))
        return started[-1]

    yield start
    payments_simulator.mend()
    for each in started:
        each.stop()


def due_at(app, name):
    with app.app_context():
        return db.session.scalar(sa.select(Chore.due_at).where(Chore.name == name))


@pytest.mark.every_database
def test_a_list_that_takes_long_stops_no_other_chore_and_no_end(own_app, worker, payments_simulator):
    payments_simulator.delay(5, path="/v1/events", times=None)
    payments_simulator.delay(5, path="/v1/payment_intents", times=None)
    begun = utcnow()

    process = worker()

    process.wait_for(lambda: payments_simulator.calls("GET", "/v1/events"), "the list to be asked for")
    process.wait_for(lambda: (due_at(own_app, "mails-nightly") or begun) > begun + timedelta(hours=1), "another chore")
    assert process.stop() == 0


@pytest.mark.every_database
@pytest.mark.fault("list events", "kill")
def test_what_a_killed_worker_was_at_is_due_again_in_minutes(own_app, worker, payments_simulator):
    payments_simulator.hang(path="/v1/events", times=None)
    process = worker()
    process.wait_for(lambda: payments_simulator.calls("GET", "/v1/events"), "the list to be asked for")

    process.kill()

    with own_app.app_context(), writing():
        later = utcnow() + timedelta(minutes=3)
        wait_for(lambda: schedule.claim(db.session(), "backfill-hourly", schedule.LEASE, later), "its next turn")
