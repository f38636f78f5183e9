"""A provider that hangs: whoever buys is answered in time, and nobody else notices."""

import time
from secrets import token_hex

import httpx

SECONDS = 10
BUYERS = 40


def test_forty_buyers_at_once_are_answered_within_ten_seconds_and_delay_nobody_else(live_shop):
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
