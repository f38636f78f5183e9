"""Takes the pictures of README.md and docs/ anew: `make screenshots`. By its name no test run sees it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.shop import Shop

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def take(shop: Shop, name: str) -> None:
    shop.see_loaded()
    FOLDER.mkdir(exist_ok=True)
    shop.page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


@pytest.mark.projects("desktop")
def test_a_purchase_on_a_desktop(shop: Shop, back_office: Shop) -> None:
    shop.go_to("/")
    take(shop, "items")
    shop.go_to("/sign-in")
    take(shop, "sign-in")
    shop.continue_as("Ada Lovelace")
    shop.buy("Stoneware mug", quantity=2)
    expect(shop.page.get_by_label("Card number")).to_be_visible()
    take(shop, "payment")
    shop.pay()
    shop.see_order("Paid")
    take(shop, "order")

    back_office.sign_in_as("Grace Hopper")
    back_office.see_one_todo_for(shop.order, "To do")
    take(back_office, "todos")
    back_office.go_to("/staff/items")
    take(back_office, "stock")


@pytest.mark.projects("phone")
def test_the_items_on_a_phone(shop: Shop) -> None:
    shop.go_to("/")
    take(shop, "phone")
