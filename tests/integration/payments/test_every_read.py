"""Each call that only reads goes wrong in each way: what it was to tell is learned later, and nothing is lost."""

import httpx
import pytest

from app.runtime import outbound
from simulators.payments import events
from tests.faults import CALLS, changes
from tests.integration.payments.refunding import Till, send

READS = [call for call in CALLS if not changes(call)]
ENDLESS = {"times": None}


@pytest.fixture
def eventful(shop, monkeypatch):
    """The provider has news of every kind, and has told of none: a payment, a refund and a dispute of money of ours."""
    monkeypatch.setattr(outbound, "TIMEOUT", httpx.Timeout(0.5))
    till = Till(shop)
    till.refund_at_the_provider(300)
    till.dispute(amount=200)
    shop.place(key="untold")
    shop.pay()
    stranger = shop.control.open_session()["id"]
    shop.control.pay(stranger)
    [payment] = (each["payment_intent"] for each in shop.control.listed("sessions", id=stranger))
    till.refund_at_the_provider(100, payment)
    [refunded] = shop.control.listed("events", type="charge.refunded")[:1]
    return till, events.thin(refunded)


@pytest.mark.any_database
@pytest.mark.parametrize("call", READS)
@pytest.mark.fault("{call}", "delay")
@pytest.mark.fault("{call}", "hang")
@pytest.mark.fault("{call}", "drop")
@pytest.mark.fault("{call}", "refuse")
def test_what_could_not_be_read_is_read_later_and_nothing_is_lost(eventful, call):
    till, thin = eventful
    method, path = CALLS[call]
    where = {"method": method, "path": path}
    till.control.drop(**where, **ENDLESS)
    send(till.shop.http, thin)
    found = till.reconcile()
    assert found.unreachable or found.unfinished
    till.control.mend()
    till.control.refuse(500, **where, **ENDLESS)
    found = till.reconcile()
    assert found.unreachable or found.unfinished
    till.control.mend()
    till.control.hang(**where)
    till.control.delay(0.1, **where)

    for _ in range(2):
        till.reconcile()

    till.control.mend()
    assert till.reconcile().mended == []
    assert till.shop.money == [("settles", 17800), ("settles", 8900)]
    assert till.shop.given_back == [("succeeded", 300)]
    assert [status for status, _ in till.disputes] == ["needs_response"]
    assert till.events.count("new") == 0
