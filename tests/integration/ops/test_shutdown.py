"""SIGTERM: load balancers hear of it first, and whatever was accepted is finished."""

import os
import signal

import httpx
import pytest

from app.models import Event, Order  # feature: shop
from simulators.payments.control import SESSIONS  # feature: shop
from tests.integration.ops.freezing import children
from tests.integration.payments.refunding import send  # feature: shop
from tests.processes import wait_for

pytestmark = pytest.mark.any_database


def fresh(kiosk, path):
    """The status over a connection of its own, None where there is none to be had."""
    try:
        return httpx.get(kiosk.url + path, timeout=10, trust_env=False, verify=False).status_code
    except httpx.TransportError:
        return None


# feature: shop {
def test_a_request_under_way_gets_its_answer(live_shop):
    shop = live_shop()
    shop.control.delay(2, method="POST", path=SESSIONS)
    pending = shop.meanwhile(shop.place)
    shop.await_call("POST", SESSIONS)

    assert shop.kiosk.stop() == 0

    assert pending.result().status_code == 201
    assert fresh(shop.kiosk, "/healthz") is None


# }


def test_not_ready_comes_first_and_whoever_is_on_the_way_still_comes_in(live_kiosk):
    kiosk = live_kiosk(workers=2, DRAIN_SECONDS="3")
    kiosk.http.close()
    kiosk.process.send(signal.SIGTERM)

    wait_for(lambda: fresh(kiosk, "/readyz") == 503, "it to say that it ends")
    assert fresh(kiosk, "/api/providers") == 200
    assert fresh(kiosk, "/healthz") == 200

    wait_for(lambda: not kiosk.process.running, "it to end")
    assert kiosk.stop() == 0
    assert "Traceback" not in kiosk.said()


def test_a_process_that_only_starts_keeps_no_server_from_ending(live_kiosk):
    kiosk = live_kiosk()
    [killed] = children(kiosk.process.pid)
    kiosk.http.close()
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: {*children(kiosk.process.pid)} - {killed}, "another process in its place")

    assert kiosk.stop() == 0  # and not killed, as what has not ended after ten seconds is


# feature: shop {
def test_a_job_under_way_is_finished(live_shop):
    shop = live_shop()
    shop.place()
    shop.pay()
    where = f"{SESSIONS}/{shop.attempt.session_id}"
    shop.control.delay(5, method="GET", path=where)  # longer than whoever rings waits for it, and than a busy machine
    [event] = [each for each in shop.control.listed("events") if each["type"] == "checkout.session.completed"]
    assert send(shop.http, event).status_code == 200
    assert [each.state for each in shop.rows(Event)] == ["new"]

    assert shop.kiosk.stop() == 0

    assert [each.state for each in shop.rows(Event)] == ["done"]
    assert [each.status for each in shop.rows(Order)] == ["paid"]


# }
