"""How soon each page is there on a slow phone, and whether it moves: `make paint`. By its name no test run sees it.

A processor four times slower than this one, 1.6 Mbit/s, and 150 ms to the shop and back, with nothing kept from
before. Largest paint in ms, layout shift as defined at https://web.dev/articles/cls, and kB on the wire.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession

from tests.e2e.conftest import given_url, kiosk
from tests.e2e.filled import fill  # feature: shop
from tests.e2e.shop import Shop
from tests.e2e.test_pages import (
    FOR_STAFF,
    FOR_VISITORS,
    ITEM,  # feature: shop
    STAFF,
)

pytestmark = pytest.mark.projects("phone")

CUSTOMER = "Ada Lovelace"  # feature: shop

SLOWER = 4
BYTES_PER_SECOND = 1.6e6 / 8
MILLISECONDS = 150
MOST_PAINT, MOST_SHIFT = 2500, 0.05

OBSERVED = """
  window.paint = { largest: 0, shift: 0 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.paint.largest = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.paint.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def own_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """A Kiosk of its own, since a test changes it: it gets categories, a logo and a page with a picture."""
    if given := given_url(pytestconfig):
        yield given
        return
    with kiosk() as url:
        yield url


@pytest.fixture
def phone(shop: Shop) -> CDPSession:
    shop.go_to("/register")  # the first page of a browser, and of a Kiosk that has just started, is slower
    devtools = shop.page.context.new_cdp_session(shop.page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    speed = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    devtools.send("Network.emulateNetworkConditions", {"offline": False, "latency": MILLISECONDS, **speed})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    shop.page.add_init_script(OBSERVED)
    return devtools


@pytest.mark.mishaps("404 GET /nowhere")
def test_each_page_is_there_soon_and_stays_where_it_is(shop: Shop, phone: CDPSession) -> None:
    slow = measured(shop, phone, [*FOR_VISITORS, "/nowhere"])
    shop.come_signed_in_as(STAFF)
    slow += measured(shop, phone, FOR_STAFF)
    assert not slow, "slower, or moves more, than is promised:\n" + "\n".join(slow)


# feature: shop {
def test_so_are_the_pages_of_a_buyer(shop: Shop, phone: CDPSession) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.pay()
    shop.see_order("Paid")
    order = f"/orders/{shop.page.url.rpartition('/')[2]}"

    slow = measured(shop, phone, ["/profile", "/orders", order, "/basket"])
    shop.page.context.clear_cookies()
    shop.come_signed_in_as(STAFF)
    slow += measured(shop, phone, [order])

    assert not slow, "slower, or moves more, than is promised:\n" + "\n".join(slow)


def test_so_is_a_shop_with_categories_a_logo_and_a_page(
    shop: Shop, phone: CDPSession, back_office: Shop, own_url: str, pytestconfig: pytest.Config
) -> None:
    if given_url(pytestconfig):
        pytest.skip("a Kiosk that is given stays as it is")
    fill(back_office, own_url)

    slow = measured(shop, phone, ["/", "/?category=Tee", "/items/1", "/pages/about"])

    assert not slow, "slower, or moves more, than is promised:\n" + "\n".join(slow)


# }
def measured(shop: Shop, phone: CDPSession, paths: list[str]) -> list[str]:
    """Prints a line for each page; returns those that take too long or move."""
    too_slow = []
    for path in paths:
        taken = [0.0]
        phone.on("Network.loadingFinished", lambda event, taken=taken: taken.append(event["encodedDataLength"]))
        shop.go_to(path)
        shop.see_loaded()
        paint = shop.page.evaluate("paint")
        line = f"{paint['largest']:7.0f} ms {paint['shift']:6.3f} {sum(taken) / 1000:6.0f} kB  {path}"
        print(line)
        if paint["largest"] > MOST_PAINT or paint["shift"] > MOST_SHIFT:
            too_slow.append(line)
    return too_slow
