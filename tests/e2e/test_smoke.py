"""What `kiosk smoke URL` does in a deployed Kiosk before it is trusted: one purchase, start to end, and taken back."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Error, expect

from tests.e2e.deployed import Plan, Visit, plan, take_back
from tests.e2e.shop import Shop

pytestmark = pytest.mark.smoke


@pytest.fixture
def agreed() -> Plan:
    return plan()


@pytest.fixture
def visits(
    shop: Shop, back_office: Shop, base_url: str, record_property: Callable[[str, str], None]
) -> Iterator[tuple[Visit, Visit]]:
    """The customer's browser, and staff's; what they did is taken back, also where it went wrong halfway."""
    customer, staff = Visit(shop, base_url), Visit(back_office, base_url)
    yield customer, staff
    try:
        left = take_back(customer, staff)
    except Error as error:
        left = f"what the run did could not be taken back: {str(error).partition(chr(10))[0]}"
    if left:
        record_property("left", left)


@pytest.mark.projects("desktop")
def test_a_purchase_is_paid_handed_over_and_refunded(
    visits: tuple[Visit, Visit], agreed: Plan, record_property: Callable[[str, str], None]
) -> None:
    customer, staff = visits
    shop, office = customer.shop, staff.shop
    with customer.doing("open the shop"):
        shop.go_to("/")
        shop.see_loaded()
    with customer.doing(f"sign in as {agreed.customer.name}"):
        customer.sign_in(agreed.customer, agreed.provider)
    with staff.doing(f"sign in as {agreed.staff.name}"):
        staff.sign_in(agreed.staff, agreed.provider)
    with customer.doing(f"buy {agreed.item}"):
        shop.buy(agreed.item)
        simulated = customer.wait_for_payment_page()
    if not (simulated or agreed.test_cards):
        record_property("stopped", "at the payment page, where a person would type a card; --test-cards goes on")
        return
    with customer.doing("pay"):
        customer.pay_by_test_card()
        shop.page.wait_for_url(f"{customer.url}/orders/*")
        shop.see_order("Paid")
    with staff.doing("find the to-do and hand over"):
        staff.see_todo(shop.order, "To do")
        office.go_to(f"/orders/{customer.order_id}")
        office.page.get_by_role("button", name="Hand over").click()
        office.page.get_by_role("button", name="It is handed over").click()
        office.see_order("Handed over")
        staff.see_todo(shop.order, "Done")
    with staff.doing("refund"):
        office.go_to(f"/orders/{customer.order_id}")
        office.see_order("Handed over")
        office.refund(restock=True)
        office.see_order("Refunded")
    with customer.doing("see the refund"):
        shop.go_to(f"/orders/{customer.order_id}")
        shop.see_order("Refunded")


@pytest.mark.projects("phone")
def test_the_shop_opens_on_a_phone(shop: Shop, base_url: str, agreed: Plan) -> None:
    visit = Visit(shop, base_url)
    with visit.doing("open the shop on a phone"):
        shop.go_to("/")
        shop.see_loaded()
        expect(shop.page.get_by_role("heading", name=agreed.item)).to_be_visible()
        shop.see_nothing_cut_off()
