"""Many who want the same few things, and two who work behind the counter."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import httpx
import pytest

from app import db
from app.auth import opaque_tokens, sessions
from app.models import Item, Order, Payment, User
from app.runtime.db import utcnow
from simulators.payments.control import SESSIONS
from tests.processes import KIOSK, Process, wait_for

BUYERS, UNITS = 1000, 20
CLIENTS = 50
PATIENCE = 10  # tries, where the machine has more on its hands than these buyers


def crowd(app, number):
    """The cookies of so many buyers."""
    with app.app_context():
        tokens = [opaque_tokens.generate() for _ in range(number)]
        users = [User(username=f"buyer-{each}", email=f"buyer-{each}@example.com") for each in range(number)]
        db.session.add_all(users)
        db.session.flush()
        for user, token in zip(users, tokens, strict=True):
            sessions.begin(db.session(), user, utcnow(), None, token)
        db.session.commit()
    return tokens


async def rush(shop, tokens):
    """All of them order at once; who is told to come back soon comes back, with the same key. The last answers."""
    body = {"lines": [{"item_id": shop.lamp, "quantity": 1}]}

    async def buy(client, token):
        headers = {"Idempotency-Key": "once", "Sec-Fetch-Site": "same-origin", "Cookie": f"kiosk={token}"}
        for _ in range(PATIENCE):
            answer = await client.post("/api/orders", json=body, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
        return answer

    limits = httpx.Limits(max_connections=None)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=shop.kiosk.url, limits=limits, timeout=120, trust_env=False, verify=False)
            )
            for _ in range(CLIENTS)  # one with a thousand connections would mostly look for a free one
        ]
        return await asyncio.gather(*(buy(clients[n % CLIENTS], token) for n, token in enumerate(tokens)))


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a thousand sockets close in their own time
def test_a_thousand_buyers_at_once_get_the_twenty_that_there_are(live_shop):
    shop = live_shop(workers=2, on_hand=UNITS)
    tokens = crowd(shop.app, BUYERS)

    answers = asyncio.run(rush(shop, tokens))

    sold = Counter(answer.status_code for answer in answers)
    assert sold[200] + sold[201] + sold[202] == UNITS, sold
    assert sold[409] == BUYERS - UNITS, sold
    assert (shop.stock, shop.in_line()) == ((UNITS, 0), True)
    assert len(shop.rows(Order)) == UNITS
    shop.let_pass(seconds=31)
    shop.mend()
    assert len(shop.sessions) == UNITS
    for session in shop.control.listed("sessions"):
        shop.control.pay(session["id"])
    shop.mend()
    assert (shop.stock, shop.effects, shop.in_line()) == ((0, 0), UNITS, True)
    assert sum(payment.amount for payment in shop.rows(Payment)) == UNITS * 8900


def test_no_lock_is_held_while_the_provider_is_asked(live_shop):
    shop = live_shop()
    shop.control.hang(times=None, method="POST", path=SESSIONS)
    hanging = shop.meanwhile(shop.place)
    shop.await_call("POST", SESSIONS)
    shop.signed_in("grace", role="staff")

    version = shop.http.get(f"/api/items/{shop.lamp}").headers["ETag"]
    edited = shop.http.patch(f"/api/items/{shop.lamp}", json={"price": 9900}, headers={"If-Match": version})
    cancelled = shop.cancel()
    other = shop.meanwhile(lambda: shop.place("another"))
    wait_for(lambda: len(shop.rows(Order)) == 2, "another order")

    assert not hanging.done()
    assert (edited.status_code, cancelled.status_code) == (200, 202)
    shop.control.mend()
    assert {hanging.result().status_code, other.result().status_code} <= {201, 202}
    assert [order.total for order in shop.rows(Order)] == [8900, 9900]


def test_two_workers_do_no_harm(live_shop, tmp_path):
    shop = live_shop(on_hand=20)
    for number in range(12):
        shop.place(f"{number}")
    for session in shop.control.listed("sessions")[:8]:
        shop.control.pay(session["id"])
    shop.let_pass(minutes=2)

    workers = [Process([KIOSK, "worker"], tmp_path / f"{n}.log", env=shop.kiosk.environment) for n in range(2)]
    wait_for(lambda: shop.effects == 8, "the workers to find what was paid")
    for worker in workers:  # one may be there when the other has done it all
        worker.wait_until_said("at work")
        assert worker.stop() == 0

    assert Counter(order.status for order in shop.rows(Order)) == {"paid": 8, "pending": 4}
    assert (len(shop.money), shop.stock, shop.in_line()) == (8, (12, 8), True)
    assert [item.held for item in shop.rows(Item)] == [4]
    assert all("Traceback" not in worker.said() for worker in workers)
    shop.mend()
    assert shop.mend()["mended"] == []
