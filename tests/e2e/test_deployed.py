"""What the smoke run takes back, and where it stops; the run itself is in test_smoke.py."""

import pytest
from playwright.sync_api import Route

from tests.e2e.deployed import SIMULATED, Person, Visit, plan, take_back
from tests.e2e.shop import Shop

pytestmark = pytest.mark.projects("desktop")


@pytest.fixture
def customer(shop: Shop, base_url: str) -> Visit:
    visit = Visit(shop, base_url)
    visit.sign_in(plan().customer, "")
    return visit


@pytest.fixture
def staff(back_office: Shop, base_url: str) -> Visit:
    visit = Visit(back_office, base_url)
    visit.sign_in(plan().staff, "")
    return visit


def test_an_order_that_was_left_unpaid_is_cancelled_and_nobody_stays_signed_in(customer: Visit, staff: Visit) -> None:
    customer.shop.buy(plan().item)
    assert customer.wait_for_payment_page()

    assert take_back(customer, staff) == ""

    for visit in (customer, staff):
        visit.shop.go_to("/")
        visit.shop.see_signed_out()
    customer.sign_in(plan().customer, "")
    customer.shop.go_to(f"/orders/{customer.order_id}")
    customer.shop.see_order("Cancelled")


def test_an_order_that_was_paid_is_refunded_and_its_todo_done(customer: Visit, staff: Visit) -> None:
    customer.shop.buy(plan().item)
    customer.wait_for_payment_page()
    customer.pay_by_test_card()
    customer.shop.see_order("Paid")

    assert take_back(customer, staff) == ""

    staff.sign_in(plan().staff, "")
    staff.see_todo(customer.shop.order, "Done")
    staff.shop.go_to(f"/orders/{customer.order_id}")
    staff.shop.see_order("Refunded")


def test_an_order_that_staff_cannot_refund_is_named(customer: Visit, back_office: Shop, base_url: str) -> None:
    nobody = Visit(back_office, base_url)
    customer.shop.buy(plan().item)
    customer.wait_for_payment_page()
    customer.pay_by_test_card()
    customer.shop.see_order("Paid")

    assert take_back(customer, nobody) == f"order {customer.shop.order} is left: refund or cancel it by hand"


def test_a_payment_page_that_does_not_say_so_is_no_simulator(customer: Visit) -> None:
    def answer_without_notice(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace(SIMULATED, "this is your bank"))

    customer.shop.page.route("**/pay/*", answer_without_notice)

    customer.shop.buy(plan().item)

    assert not customer.wait_for_payment_page()


def test_a_person_whom_the_provider_does_not_know_is_named(shop: Shop, base_url: str) -> None:
    visit = Visit(shop, base_url)

    with pytest.raises(AssertionError, match="nobody called Bob can be chosen"), visit.doing("sign in as Bob"):
        visit.sign_in(Person("Bob"), "")
