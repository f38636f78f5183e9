"""An owner makes the shop their own, and buyers see it in either language and in the owner's colours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.german import GermanShop
from tests.e2e.shop import Shop

STAFF, CUSTOMER, ITEM = "Grace Hopper", "Ada Lovelace", "Postcard from the kiosk"
NAME, CONTACT = "Teestube am Markt", "Marktplatz 3, Lüneburg"
pytestmark = pytest.mark.own_kiosk


def order_in_colours_of(shop: Shop, back_office: Shop, accent: str) -> str:
    """The address of an order that is paid, in a shop of this accent."""
    back_office.come_signed_in_as(STAFF)
    back_office.set_the_shop_up(NAME, CONTACT, primary="#7a1f3d", accent=accent)
    shop.come_signed_in_as(CUSTOMER)
    shop.buy(ITEM)
    shop.pay()
    shop.see_order("Paid")
    return f"/orders/{shop.page.url.rpartition('/')[2]}"


@pytest.mark.projects("phone")
def test_an_owner_sets_the_shop_up_and_buyers_see_it(
    shop: Shop, back_office: Shop, page_in: Callable[[str], Page]
) -> None:
    back_office.come_signed_in_as(STAFF)
    back_office.set_the_shop_up(NAME, CONTACT, primary="#7a1f3d", accent="#9fd8c4")
    back_office.see_accessible()

    for buyer, heading in ((shop, "On offer today"), (GermanShop(page_in("de-DE")), "Heute im Angebot")):
        with buyer.nothing_goes_wrong():
            for path in ("/items/1", "/basket", "/sign-in", "/"):
                buyer.go_to(path)
                buyer.see_accessible()
        expect(buyer.page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        expect(buyer.page.get_by_role("banner")).to_contain_text(NAME)
        expect(buyer.page.get_by_role("contentinfo")).to_contain_text(CONTACT)
        assert NAME in buyer.page.title()


@pytest.mark.projects("phone")
@pytest.mark.parametrize("accent", ["#e53935", "#1565c0"])
def test_an_order_can_be_read_in_any_accent_of_the_owner(shop: Shop, back_office: Shop, accent: str) -> None:
    """Neither black nor white has much contrast with these."""
    order = order_in_colours_of(shop, back_office, accent)

    for reader in (shop, back_office):
        reader.go_to(order)
        reader.see_order("Paid")
        reader.see_accessible()


@pytest.mark.projects("desktop")
def test_an_order_on_paper_says_who_sold_what_to_whom(shop: Shop, back_office: Shop) -> None:
    order = order_in_colours_of(shop, back_office, "#9fd8c4")

    for reader in (shop, back_office):
        reader.go_to(order)
        reader.see_order("Paid")
        reader.see_loaded()
        expect(reader.page.get_by_text(CONTACT).filter(visible=True)).to_have_count(1)
        reader.page.emulate_media(media="print")
        paper = reader.page.locator("body")
        for words in (NAME, CONTACT, CUSTOMER, "ada@example.com", f"Order {shop.order}", ITEM, "Total"):
            expect(paper.get_by_text(words).filter(visible=True).first).to_be_visible()
        for words in ("All orders", "Refund", "History", "Hand over", "API"):
            expect(paper.get_by_text(words, exact=True).filter(visible=True)).to_have_count(0)
