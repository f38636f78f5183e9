"""Every page is for everybody: axe-core finds nothing, on either screen, in both schemes, for each kind of user."""

import pytest

from tests.e2e.shop import Shop
from tests.e2e.test_pages import FOR_STAFF, FOR_VISITORS

CUSTOMER, STAFF = "Ada Lovelace", "Grace Hopper"
FOR_CUSTOMERS = [
    "/profile",
    *("/", "/items/1", "/orders", "/basket", "/staff"),  # feature: shop
    "/todos",  # feature: todos
]


@pytest.mark.parametrize(
    "path", [*FOR_VISITORS, pytest.param("/nowhere", marks=pytest.mark.mishaps("404 GET /nowhere"))]
)
def test_pages_before_signing_in_are_for_everybody(shop: Shop, path: str) -> None:
    shop.go_to(path)
    shop.see_accessible()


def test_the_description_of_the_api_is_for_everybody(shop: Shop) -> None:
    shop.go_to("/api/docs")
    shop.try_operation("register")
    shop.try_operation("show_password_rule")
    shop.see_accessible()


def test_pages_of_customers_are_for_everybody(shop: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    for path in FOR_CUSTOMERS:
        shop.go_to(path)
        shop.see_accessible()


def test_pages_of_staff_are_for_everybody(shop: Shop) -> None:
    shop.come_signed_in_as(STAFF)
    for path in FOR_STAFF:
        shop.go_to(path)
        shop.see_accessible()


# feature: shop {
def test_a_purchase_is_for_everybody(shop: Shop, back_office: Shop) -> None:
    shop.come_signed_in_as(CUSTOMER)
    shop.add_to_basket("Postcard from the kiosk")
    shop.see_accessible()
    shop.open_basket()
    shop.see_accessible()
    shop.check_out()
    shop.cancel_payment()
    shop.see_order("Not paid yet")
    shop.see_accessible()
    shop.go_on_to_payment()
    shop.pay()
    shop.see_order("Paid")
    shop.see_accessible()

    back_office.come_signed_in_as(STAFF)
    back_office.open_order(shop.order)
    back_office.see_accessible()
    back_office.page.get_by_text("Refund", exact=True).and_(back_office.page.locator("summary")).click()
    back_office.page.get_by_role("button", name="Hand over").click()
    back_office.see_accessible()


# }
