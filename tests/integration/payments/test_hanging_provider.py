"""A provider that hangs: whoever buys is answered in time, and nobody else notices."""

import time
from secrets import token_hex

import httpx

from app.runtime import deadline, outbound
from tests.processes import wait_for

SECONDS = 15
"""Ten are promised. A machine with more to do than this shop takes half as long again; who hangs never answers."""
BUYERS = 40


def test_forty_buyers_at_once_are_answered_all_the_same_and_delay_nobody_else(live_shop):
    shop = live_shop(on_hand=BUYERS)
    shop.control.hang(times=None)
    began = time.monotonic()

    orders = [shop.meanwhile(lambda: shop.place(token_hex(8))) for _ in range(BUYERS)]
    shop.await_call()
    looks = [shop.http.get("/api/items") for _ in range(10)]

    assert {each.result().status_code for each in orders} == {202}
    assert time.monotonic() - began < SECONDS
    assert {look.status_code for look in looks} == {200}
    assert max(look.elapsed.total_seconds() for look in looks) < SECONDS / 4


def test_what_an_outage_left_is_in_line_after_it(live_shop):
    shop = live_shop(on_hand=BUYERS)
    shop.control.hang(times=None)
    orders = [shop.meanwhile(lambda: shop.place(token_hex(8))) for _ in range(BUYERS)]
    assert all(each.result().status_code == httpx.codes.ACCEPTED for each in orders)

    shop.control.mend()
    shop.mend()

    assert (set(shop.tried), len(shop.sessions)) == ({"open"}, BUYERS)
    assert shop.stock == (BUYERS, 0)


def test_the_circuit_opens_and_closes_again(live_shop):
    shop = live_shop(on_hand=BUYERS)
    shop.control.hang(times=None)
    hanging = [shop.meanwhile(lambda: shop.place(token_hex(8))) for _ in range(16)]
    assert {each.result().status_code for each in hanging} == {202}
    asked = len(shop.posts)

    assert shop.place("open").status_code == 202
    assert len(shop.posts) == asked

    shop.control.mend()
    wait_for(lambda: shop.check_out().json()["checkout_url"], "the circuit to close again")
    assert shop.place("closed").status_code == 201


def test_coming_back_and_cancelling_are_answered_in_time_too(live_shop):
    shop = live_shop()
    shop.place()
    shop.pay()
    shop.control.hang(times=None)

    pages = [shop.meanwhile(act) for act in (shop.come_back, shop.check_out)]
    assert [page.result().status_code for page in pages] == [303, 200]
    cancelled = shop.cancel()

    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelling")
    answers = [cancelled, *(page.result() for page in pages)]
    assert max(answer.elapsed.total_seconds() for answer in answers) < SECONDS
    shop.control.mend()
    shop.mend()
    assert (shop.status, shop.stock) == ("paid", (2, 2))


def test_answers_that_are_slow_one_by_one_do_not_add_up(shop, monkeypatch):
    shop.place()
    shop.control.pay_later(shop.attempt.session_id)
    shop.control.delay(0.6, times=None)
    monkeypatch.setattr(outbound, "TOGETHER_SECONDS", 1.0)  # enough for the session, and not for its intent too

    assert shop.come_back().status_code == 303
    assert shop.status == "pending"

    shop.control.mend()
    shop.sweep()
    assert shop.status == "processing"


def test_what_an_order_waited_for_its_turn_is_part_of_the_time_that_it_has(shop):
    shop.control.hang(times=None)
    began = time.monotonic()

    queued = deadline.queued.set(outbound.TOGETHER_SECONDS - 0.5)
    try:
        placed = shop.place()
    finally:
        deadline.queued.reset(queued)

    assert placed.status_code == 202
    assert time.monotonic() - began < outbound.DEADLINE_SECONDS / 2
