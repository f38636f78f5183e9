"""Takes the pictures of README.md and docs/pictures/ anew: `make screenshots`. By its name no test run sees it.

Each page is taken on either screen and in both schemes, as `page.screen.scheme.webp`.
"""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from simulators.payments.control import SESSIONS, started
from tests.e2e.filled import TERMS, write_page
from tests.e2e.german import GermanShop
from tests.e2e.shop import DECLINED, Shop
from tests.e2e.test_inspector import buy_with_a_lost_answer
from tests.e2e.test_pages import CODE

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
CUSTOMER, STAFF = "Ada Lovelace", "Grace Hopper"
QUALITY = 50  # of 100: text is still sharp
TALLEST = 1500  # CSS pixels

FOR_VISITORS = {
    "items": "/",
    "item": "/items/1",
    "empty-basket": "/basket",
    "sign-in": "/sign-in",
    "register": "/register",
    "forgot-password": "/forgot-password",
    "reset-password": "/reset-password?token=x",
    "verify-email": "/verify-email?token=x",
    "nowhere": "/nowhere",
    "api-docs": "/api/docs",
}
FOR_STAFF = {
    "overview": "/staff",
    "stock": "/staff/items",
    "stock-search": "/staff/items?only=low",
    "new-item": "/staff/items/new",
    "edit-item": "/staff/items/1",
    "the-shop": "/staff/shop",
    "edit-page": "/staff/shop/page?slug=terms",
    "needs-attention": "/staff/findings",
    "users": "/staff/users",
    "new-user": "/staff/users/new",
    "user": "/staff/users/1",
    "all-orders": "/orders",
    "staff-todos": "/todos",
}

OFFLINE = """() => {
  Object.defineProperty(navigator, "onLine", { get: () => false });
  dispatchEvent(new Event("offline"));
}"""


@pytest.fixture
def take(shop: Shop, project: str):
    """Takes a picture of a page in both schemes."""

    def picture(of: Shop, name: str, *, whole: bool = True, is_drawn: bool = True) -> None:
        if is_drawn:
            of.see_loaded()
        for scheme in ("light", "dark"):
            of.page.emulate_media(color_scheme=scheme)
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.{project}.{scheme}.webp").write_bytes(photograph(of, whole=whole))
        of.page.emulate_media(color_scheme="light")

    return picture


def photograph(shop: Shop, *, whole: bool) -> bytes:
    """In WebP, which Playwright itself does not write; a pixel for each CSS pixel, whatever the screen has."""
    page = shop.page
    width, height, tall, ratio = page.evaluate(
        "[innerWidth, innerHeight, document.documentElement.scrollHeight, devicePixelRatio]"
    )
    area = {"x": 0, "y": 0, "width": width, "height": min(max(tall, height), TALLEST) if whole else height}
    how = {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": {**area, "scale": 1 / ratio}}
    devtools = page.context.new_cdp_session(page)
    taken = devtools.send("Page.captureScreenshot", how)
    devtools.detach()
    return base64.b64decode(taken["data"])


@pytest.mark.mishaps("404 GET /nowhere", "402 POST /pay/")
def test_every_page(shop: Shop, back_office: Shop, base_url: str, take) -> None:
    back_office.come_signed_in_as(STAFF)
    write_page(back_office, base_url, "terms", "Terms", TERMS)
    for name, path in FOR_VISITORS.items():
        shop.go_to(path)
        take(shop, name)

    shop.go_to("/pages/terms")
    take(shop, "terms")
    buy_something(shop, take)
    sell_something(shop.order, back_office, take)

    shop.go_to("/orders")
    take(shop, "your-orders")
    shop.go_to("/todos")
    take(shop, "your-todos")
    shop.go_to("/profile")
    take(shop, "profile")


@pytest.mark.mishaps("net::ERR_FAILED GET /assets/index-")
def test_without_a_network_and_without_the_code_of_the_page(shop: Shop, take) -> None:
    shop.go_to("/")
    shop.see_loaded()
    shop.page.evaluate(OFFLINE)  # Playwright's own way ends with the first picture
    expect(shop.page.get_by_text("You are offline")).to_be_visible()
    take(shop, "offline")

    shop.page.route(CODE, lambda route: route.abort())
    shop.go_to("/")
    shop.see_alert("This page has not loaded")
    take(shop, "not-loaded", is_drawn=False)


def test_main_pages_in_german(page_in: Callable[[str], Page], take) -> None:
    """As `….german.….webp`."""
    visitor, staff = Shop(page_in("de-DE")), Shop(page_in("de-DE"))
    for name in ("items", "item", "sign-in"):
        visitor.go_to(FOR_VISITORS[name])
        take(visitor, f"{name}.german")
    staff.come_signed_in_as(STAFF)
    staff.go_to("/profile")
    take(staff, "profile.german")
    for name in ("overview", "all-orders", "the-shop", "user"):
        staff.go_to(FOR_STAFF[name])
        take(staff, f"{name}.german")


def test_a_purchase_in_german(page_in: Callable[[str], Page], take) -> None:
    visitor, staff = GermanShop(page_in("de-DE")), GermanShop(page_in("de-DE"))
    visitor.come_signed_in_as(CUSTOMER)
    visitor.add_to_basket("Stoneware mug", quantity=2)
    visitor.add_to_basket("Dotted notebook")
    visitor.open_basket()
    take(visitor, "basket.german")
    visitor.check_out()
    expect(visitor.pay_button()).to_be_visible()
    take(visitor, "payment.german")
    visitor.pay()
    visitor.see_order("Bezahlt")
    take(visitor, "order-paid.german")
    visitor.go_to("/orders")
    take(visitor, "your-orders.german")

    staff.come_signed_in_as(STAFF)
    for name in ("staff-todos", "stock", "edit-item", "users"):
        staff.go_to(FOR_STAFF[name])
        take(staff, f"{name}.german")
    staff.open_order(visitor.order)
    take(staff, "order-for-staff.german")


def buy_something(shop: Shop, take) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.add_to_basket("Stoneware mug", quantity=2)
    shop.add_to_basket("Dotted notebook")
    shop.open_basket()
    take(shop, "basket")
    shop.check_out()
    expect(shop.page.get_by_label("Card number")).to_be_visible()
    take(shop, "payment")
    shop.pay(DECLINED)
    shop.see_payment_declined()
    take(shop, "payment-declined")
    shop.cancel_payment()
    shop.see_order("Not paid yet")
    take(shop, "order-waiting")
    shop.open_basket()
    take(shop, "basket-waiting")
    shop.page.get_by_role("link", name="Pay or cancel").first.click()
    shop.go_on_to_payment()
    shop.pay()
    shop.see_order("Paid")
    take(shop, "order-paid")
    shop.page.emulate_media(media="print")
    take(shop, "order-printed")
    shop.page.emulate_media(media="screen")


def sell_something(order: str, office: Shop, take) -> None:
    for name, path in FOR_STAFF.items():
        office.go_to(path)
        take(office, name)
    office.open_order(order)
    take(office, "order-for-staff")
    office.page.get_by_role("button", name="Hand over").click()
    take(office, "hand-over", whole=False)
    office.page.get_by_role("button", name="It is handed over").click()
    office.see_order("Handed over")


@pytest.mark.projects("desktop")
def test_the_inspector(shop: Shop, take) -> None:
    with started() as payments:
        payments.drop(when="after", method="POST", path=SESSIONS)
        session = buy_with_a_lost_answer(payments)
        payments.hold_webhooks("checkout.session.completed")
        payments.pay(session["id"])
        payments.advance(3600)
        shop.go_to(f"{payments.url}/_control/")
        expect(shop.page.get_by_role("button", name="Send again").first).to_be_visible()
        take(shop, "inspector")
