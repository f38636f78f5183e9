"""Every page, on either screen: nothing is cut off, and all that a user can press or fill in is within reach.

And a page whose code does not come, or does not work, says so.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.shop import Shop

STAFF = "Grace Hopper"
ITEM = "Postcard from the kiosk"  # feature: shop

FOR_VISITORS = [
    *("/sign-in", "/register", "/forgot-password", "/reset-password?token=x", "/verify-email?token=x"),
    *("/", "/items/1", "/basket"),  # feature: shop
]
FOR_STAFF = [
    *("/profile", "/staff/users", "/staff/users/new", "/staff/users/1"),
    *("/", "/items/1", "/orders"),  # feature: shop
    *("/staff", "/staff/items", "/staff/items/new", "/staff/items/1", "/staff/findings"),  # feature: shop
    *("/staff/shop", "/staff/shop/page"),  # feature: shop
    "/todos",  # feature: todos
]


def test_every_page_fits_its_screen_before_signing_in(shop: Shop) -> None:
    for path in FOR_VISITORS:
        shop.go_to(path)
        shop.see_it_fits()


def test_every_page_fits_its_screen_for_staff(shop: Shop) -> None:
    shop.come_signed_in_as(STAFF)
    for path in FOR_STAFF:
        shop.go_to(path)
        shop.see_it_fits()


# feature: shop {
def test_the_basket_and_an_order_fit_their_screen(shop: Shop) -> None:
    shop.come_signed_in_as(STAFF)
    shop.add_to_basket(ITEM)
    shop.open_basket()
    shop.see_it_fits()

    shop.check_out()
    shop.cancel_payment()
    shop.see_order("Not paid yet")
    shop.see_it_fits()
    shop.go_on_to_payment()
    shop.pay()
    shop.see_order("Paid")
    shop.see_it_fits()


# }
CODE = "**/assets/index-*.js"
"""What draws the page."""


def lose(route: Route) -> None:
    route.abort()


def breaks(route: Route) -> None:
    route.fulfill(content_type="text/javascript", body="throw new Error('not in this browser')")


@pytest.mark.projects("phone")
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lose, marks=pytest.mark.mishaps("net::ERR_FAILED GET /assets/index-")),
        pytest.param(breaks, marks=pytest.mark.mishaps("not in this browser")),
    ],
)
def test_a_page_whose_code_does_not_come_or_work_says_so(shop: Shop, answer: Callable[[Route], None]) -> None:
    shop.page.route(CODE, answer)
    shop.go_to("/sign-in?next=/profile")
    shop.see_alert("This page has not loaded")
    shop.see_no_rule_broken()
    shop.see_nothing_cut_off()

    shop.page.unroute(CODE)
    shop.page.get_by_role("link", name="Try again").click()

    expect(shop.page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    expect(shop.page).to_have_url(re.compile(r"/sign-in\?next=/profile$"))


@pytest.mark.projects("phone")
@pytest.mark.mishaps("net::ERR_FAILED GET /assets/index-")
def test_it_says_so_in_the_language_of_the_reader(page_in: Callable[[str], Page]) -> None:
    page = page_in("de-DE")
    page.route(CODE, lose)
    page.goto("/sign-in")

    expect(page.get_by_role("alert")).to_contain_text("Diese Seite wurde nicht geladen")
    expect(page.get_by_role("link", name="Noch einmal versuchen")).to_be_visible()
