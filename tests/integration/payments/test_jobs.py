"""The doorbell and those who answer it: whoever is away, slow, killed or there twice, the work is done once."""

import os
import signal
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from app import db
from app.models import Chore, Event
from app.runtime.db import utcnow, writing
from app.runtime.schedule import claim, schedule
from simulators.payments.control import SESSIONS
from tests.databases import Valkey
from tests.integration.payments.refunding import ALL, Till, paid_twice, send
from tests.integration.payments.shop import Shop
from tests.processes import KIOSK, Process, wait_for


@pytest.fixture
def valkey(tmp_path):
    """One that can be stopped."""
    server = Valkey(tmp_path / "valkey.log")
    yield server
    server.stop()


class Staffed(Shop):
    """A `kiosk serve`, and any number of `kiosk worker` beside it."""

    def __init__(self, app, kiosk, control, folder):
        kiosk.http.headers["Sec-Fetch-Site"] = "same-origin"
        super().__init__(app, kiosk.http, control, on_hand=20)
        self.kiosk, self.folder, self.workers = kiosk, folder, []

    def hire(self):
        worker = Process([KIOSK, "worker"], self.folder / f"worker-{len(self.workers)}", env=self.kiosk.environment)
        self.workers.append(worker)
        worker.wait_until_said("at work")
        return worker

    def hear(self):
        """The message that its newest session is paid. How long the answer took, in seconds."""
        event = [each for each in self.control.listed("events") if each["type"] == "checkout.session.completed"][-1]
        began = time.monotonic()
        assert send(self.http, event).status_code == 200
        return time.monotonic() - began

    def buy(self, key="once", quantity=1):
        self.place(key, quantity).raise_for_status()
        self.pay()

    @property
    def events(self):
        with self.app.app_context():
            return [state for (state,) in Event.query.with_entities(Event.state)]

    def do_no_chores(self):
        """Backfill and audit were done a moment ago: a worker has the doorbell and the sweep alone."""
        with self.app.app_context(), writing():
            for chore in schedule().chores:
                claim(db.session(), chore.name, chore.interval, utcnow())

    def await_paid(self):
        wait_for(lambda: self.status == "paid", "the order to be paid")

    def await_question(self):
        """Until somebody asks the provider how a session stands."""

        def asked():
            return any(call["path"].startswith(f"{SESSIONS}/") for call in self.control.calls("GET"))

        wait_for(asked, "the provider to be asked")


@pytest.fixture
def staffed(own_app, payments_simulator, live_kiosk, tmp_path):
    """`staffed(redis_url)`; webhooks are on record, but not sent."""
    payments_simulator.treat_webhooks("lose")
    open_ones = []

    def start(redis_url=""):
        kiosk = live_kiosk(payments=payments_simulator.url, REDIS_URL=redis_url)
        shop = Staffed(own_app, kiosk, payments_simulator, tmp_path)
        shop.do_no_chores()
        open_ones.append(shop)
        return shop

    yield start
    payments_simulator.mend()
    for worker in [worker for shop in open_ones for worker in shop.workers]:
        worker.stop()


def test_a_message_is_answered_at_once_and_worked_on_by_a_worker(staffed, valkey):
    shop = staffed(valkey.url)
    shop.buy()

    shop.hear()

    assert (shop.status, shop.events) == ("pending", ["new"])
    shop.change(Event, next_try_at=utcnow() + timedelta(hours=1))  # so that no sweep looks at it
    shop.hire()
    shop.await_paid()
    wait_for(lambda: shop.events == ["done"], "the message to be done")


def test_without_redis_the_same_process_does_it(staffed):
    shop = staffed()
    shop.buy()

    shop.hear()

    shop.await_paid()
    wait_for(lambda: shop.events == ["done"], "the message to be done")


def test_while_redis_is_down_messages_are_taken_and_the_sweep_does_the_work(staffed, valkey):
    shop = staffed(valkey.url)
    shop.buy()
    valkey.stop()

    shop.hear()

    assert shop.events == ["new"]
    shop.hire()
    shop.await_paid()


def test_a_redis_that_hangs_keeps_nobody_waiting(staffed, valkey):
    shop = staffed(valkey.url)
    shop.buy()
    os.kill(valkey.process.pid, signal.SIGSTOP)
    try:
        assert shop.hear() < 8
    finally:
        os.kill(valkey.process.pid, signal.SIGCONT)

    shop.hire()
    shop.await_paid()


def test_a_worker_without_redis_sweeps(staffed):
    shop = staffed()
    shop.buy()
    shop.let_pass(minutes=2)

    shop.hire()

    shop.await_paid()
    assert shop.workers[0].stop() == 0


def done_after_a_while(shop, number):
    """A message whose attempt another worker has at that moment is looked at again two minutes later."""
    shop.let_pass(minutes=2)
    with suppress(AssertionError):
        return wait_for(lambda: shop.events == ["done"] * number, "all events to be done", 3)


def test_two_workers_do_everything_once(staffed, valkey):
    shop = staffed(valkey.url)
    for number in range(8):
        shop.buy(f"key-{number}")
        shop.hear()
    shop.let_pass(minutes=2)

    shop.hire()
    shop.hire()

    wait_for(lambda: len(shop.money) == 8, "all orders to be paid")
    wait_for(lambda: done_after_a_while(shop, 8), "all events to be done")
    assert (shop.money, shop.effects) == ([("settles", 8900)] * 8, 8)
    assert (shop.stock, shop.in_line()) == ((12, 12), True)


def test_what_a_killed_worker_was_at_is_done_by_the_next(staffed, valkey):
    shop = staffed(valkey.url)
    shop.buy()
    shop.control.hang(method="GET", path=f"{SESSIONS}/*")
    shop.hear()
    shop.change(Event, next_try_at=utcnow() + timedelta(minutes=1))  # so that it is a job, and no part of a sweep
    worker = shop.hire()
    shop.await_question()

    worker.kill()

    assert (shop.status, shop.events) == ("pending", ["new"])
    shop.control.mend()
    shop.let_pass(minutes=2)
    shop.hire()
    shop.await_paid()
    wait_for(lambda: shop.events == ["done"], "the message to be done")
    assert shop.effects == 1


def test_a_worker_that_is_told_to_end_finishes_what_it_is_at(staffed, valkey):
    shop = staffed(valkey.url)
    shop.buy()
    shop.control.delay(3, method="GET", path=f"{SESSIONS}/*")
    shop.hear()
    shop.change(Event, next_try_at=utcnow() + timedelta(hours=1))  # so that it is a job, and no part of a sweep
    worker = shop.hire()
    shop.await_question()

    assert worker.stop() == 0

    assert (shop.status, shop.events) == ("paid", ["done"])


def test_a_worker_that_is_told_to_end_leaves_the_rest_of_a_long_sweep_to_the_next(staffed):
    shop = staffed()
    for number in range(6):
        shop.buy(f"key-{number}")
    shop.let_pass(minutes=2)
    shop.control.hang(times=None)
    worker = shop.hire()
    shop.await_question()
    began = time.monotonic()

    assert worker.stop() == 0

    assert time.monotonic() - began < 10


def test_an_idle_worker_ends_at_once(staffed, valkey):
    worker = staffed(valkey.url).hire()
    began = time.monotonic()

    assert worker.stop() == 0

    assert time.monotonic() - began < 5


def test_a_worker_fetches_what_never_came_and_sends_a_surplus_back(staffed):
    till = paid_twice(staffed())
    till.shop.change(Chore, due_at=utcnow())

    till.shop.hire()

    wait_for(lambda: till.went_back == [("succeeded", ALL)], "the surplus to go back", deadline=60)
    assert till.shop.money == [("settles", ALL), ("surplus", ALL)]


def test_a_refund_whose_answer_was_lost_is_sent_by_a_worker(staffed):
    till = Till(staffed())
    till.control.drop(when="before", times=None, method="POST")
    assert till.refund(100).json()["status"] == "unknown"
    till.control.mend()
    till.shop.let_pass(minutes=1)

    till.shop.hire()

    wait_for(lambda: till.row.status == "succeeded", "the refund to be sent")
    assert till.went_back == [("succeeded", 100)]
