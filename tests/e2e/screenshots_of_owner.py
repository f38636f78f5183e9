"""Pictures of a shop that its owner has made their own, for docs/pictures/: `make screenshots`."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.german import GermanShop
from tests.e2e.screenshots import CUSTOMER, STAFF, take
from tests.e2e.shop import Shop
from tests.e2e.test_owner import ACCENT, CONTACT, NAME, PAGES, PRIMARY, logo

__all__ = ["logo", "take"]
pytestmark = pytest.mark.own_kiosk

CATEGORIES = {
    1: "For the table",
    2: "For the table",
    3: "Paper & ink",
    4: "For the house",
    5: "Paper & ink",
    6: "For the table",
    7: "For the house",
    8: "For the house",
}


def test_a_shop_of_ones_own(shop: Shop, back_office: Shop, page_in: Callable[[str], Page], take, logo: bytes) -> None:
    back_office.come_signed_in_as(STAFF)
    back_office.set_the_shop_up(NAME, CONTACT, primary=PRIMARY, accent=ACCENT, logo=logo)
    back_office.delete_pages()
    for title, text in PAGES.items():
        back_office.write_page(title, text)
    for item_id, category in CATEGORIES.items():
        back_office.put_into_category(item_id, category)
    back_office.go_to("/staff/shop")
    take(back_office, "own-settings")

    for reader, end in ((shop, ""), (GermanShop(page_in("de-DE")), ".german")):
        reader.go_to("/?category=For+the+table&sort=price")
        expect(reader.page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
        take(reader, f"own-categories{end}")
    shop.come_signed_in_as(CUSTOMER)
    shop.buy("Garden tea")
    expect(shop.page.get_by_label("Card number")).to_be_visible()
    take(shop, "own-payment")
