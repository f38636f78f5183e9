"""A payment provider that stands still: it takes connections, as its system does for it, and answers nothing."""

import signal
from secrets import token_hex

import pytest

from simulators.payments import control as payments
from tests.integration.ops.freezing import frozen
from tests.integration.payments.conftest import LiveShop
from tests.processes import KIOSK, Process, wait_for
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET

pytestmark = pytest.mark.any_database

PROMISED, OTHERS = 10, 3
"""Seconds, for who pays and for all others."""

ENDS = 25
"""Seconds that a worker may take to end."""


@pytest.fixture
def shop(own_app, live_kiosk):
    with payments.started(secret_key=PAYMENTS_KEY, webhook_secret=WEBHOOK_SECRET) as provider:
        yield LiveShop(own_app, live_kiosk(payments=provider.url), provider, on_hand=40)


@pytest.mark.long
def test_orders_are_taken_in_time_and_paid_for_once_it_goes_on(shop):
    with frozen(shop.control.process.pid):
        placing = [shop.meanwhile(lambda: shop.place(token_hex(8))) for _ in range(10)]
        looks = [shop.http.get("/api/items") for _ in range(10)]
        orders = [each.result() for each in placing]
        orders += [shop.place(token_hex(8)) for _ in range(2)]  # while the circuit is open
        looks += [shop.http.get("/readyz")]

    assert {order.status_code for order in orders} == {202}
    assert max(order.elapsed.total_seconds() for order in orders) < PROMISED
    assert {look.status_code for look in looks} == {200}
    assert max(look.elapsed.total_seconds() for look in looks) < OTHERS
    assert wait_for(lambda: shop.check_out().json()["checkout_url"], "the first order to have a page to pay on")


@pytest.mark.long
def test_a_worker_that_waits_for_it_ends_in_time(shop, tmp_path):
    assert shop.place().status_code == 201
    shop.let_pass(minutes=2)  # so that the sweep asks for it
    with frozen(shop.control.process.pid):
        worker = Process([KIOSK, "worker"], tmp_path / "worker", env=shop.kiosk.environment)
        worker.wait_until_said("kiosk worker is at work")

        worker.send(signal.SIGTERM)

        wait_for(lambda: not worker.running, "the worker to end", ENDS)
        assert worker.stop() == 0
