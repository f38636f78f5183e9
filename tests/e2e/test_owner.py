"""An owner makes the shop their own, and buyers see it in either language and in the owner's colours."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.e2e.filled import TERMS, write_page
from tests.e2e.german import GermanShop
from tests.e2e.mailbox import Mailbox
from tests.e2e.shop import Shop, as_rgb

STAFF, CUSTOMER, ITEM = "Grace Hopper", "Ada Lovelace", "Postcard from the kiosk"
NAME, CONTACT = "Teestube am Markt", "Marktplatz 3, Lüneburg"
DARK_INK = "rgb(18, 49, 47)"
pytestmark = pytest.mark.own_kiosk


PAGES = {
    "Imprint": "**Teestube am Markt**, owned by Grace Hopper",
    "Terms": "What you order is a contract once it is paid.",
    "Privacy": "We keep what an order needs, and no more.",
    "Withdrawal": "You may send it back within 14 days.",
}
SEITEN = {
    "Impressum": "**Teestube am Markt**, Inhaberin: Grace Hopper",
    "AGB": "Der Vertrag kommt mit der Zahlung zustande.",
    "Datenschutz": "Wir behalten, was eine Bestellung braucht.",
    "Widerruf": "Sie können binnen 14 Tagen widerrufen.",
}
PRIMARY, ACCENT, PASSWORD = "#7a1f3d", "#9fd8c4", "lantern-tide-77-orchard"


@pytest.fixture
def logo() -> bytes:
    """Three times as wide as high, with nothing behind it."""
    picture, file = Image.new("RGBA", (480, 160)), BytesIO()
    ImageDraw.Draw(picture).ellipse((10, 10, 470, 150), fill="#ffd35c")
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def mailbox(page_in: Callable[[str], Page], own_url: str) -> Mailbox:
    return Mailbox(page_in("en-GB"), own_url)


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
    shop: Shop, back_office: Shop, mailbox: Mailbox, page_in: Callable[[str], Page], logo: bytes
) -> None:
    back_office.come_signed_in_as(STAFF)
    back_office.delete_pages()
    back_office.set_the_shop_up(
        NAME,
        CONTACT,
        primary=PRIMARY,
        accent=ACCENT,
        logo=logo,
        delivery="Pick it up at the market from nine to six.",
        time_zone="Asia/Tokyo",
    )
    for title, text in PAGES.items():
        back_office.write_page(title, text)
    back_office.see_accessible()

    for buyer, heading in ((shop, "On offer today"), (GermanShop(page_in("de-DE")), "Heute im Angebot")):
        for path in ("/items/1", "/basket", "/sign-in", "/"):
            buyer.go_to(path)
            buyer.see_look(NAME, PRIMARY)
            buyer.see_accessible()
        expect(buyer.page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        expect(buyer.page.get_by_role("contentinfo")).to_contain_text(CONTACT)
        for title, text in PAGES.items():
            buyer.see_page_of_owner(title, text.replace("**", ""))
        buyer.see_accessible()

    told = shop.page.request.get("/api/shop").json()["pages"]
    assert [(each["slug"], each["title"]) for each in told] == [(title.lower(), title) for title in sorted(PAGES)]

    customer = shop.come_as_somebody_new(PASSWORD)
    shop.buy(ITEM)
    shop.see_look_of_payment_page(NAME, PRIMARY, ACCENT)
    shop.see_accessible()
    shop.pay()
    shop.see_order("Paid")
    shop.see_look(NAME, PRIMARY)
    expect(shop.page.get_by_text("Pick it up at the market from nine to six.")).to_be_visible()
    mailbox.open_mail(f"Your order {shop.order}", customer)
    mailbox.see(f"at {NAME} is paid", CONTACT, "Pick it up at the market from nine to six.", re.compile(r"CES?T"))
    mailbox.see_colour(as_rgb(PRIMARY))


@pytest.mark.projects("phone")
def test_programs_are_told_of_the_shop_as_its_owner_has_set_it(shop: Shop, back_office: Shop, logo: bytes) -> None:
    """`GET /api/shop`, and what a phone asks for that keeps the shop among its apps."""
    back_office.come_signed_in_as(STAFF)
    back_office.set_the_shop_up(
        NAME, CONTACT, primary=PRIMARY, accent=ACCENT, logo=logo, delivery="By post", time_zone="Asia/Tokyo"
    )

    shop.go_to("/")
    told = shop.page.request.get("/api/shop").json()
    assert (told["name"], told["contact"], told["delivery"]) == (NAME, CONTACT, "By post")
    assert (told["colours"], told["time_zone"]) == ({"primary": PRIMARY, "accent": ACCENT}, "Asia/Tokyo")
    assert shop.page.request.get(told["logo_url"]).headers["content-type"] == "image/webp"

    manifest = shop.page.request.get("/manifest.webmanifest").json()
    assert (manifest["name"], manifest["theme_color"]) == (NAME, PRIMARY)
    icons = shop.page.locator("link[rel=icon], link[rel=apple-touch-icon]").evaluate_all("all => all.map(e => e.href)")
    for address in [*icons, *(each["src"] for each in manifest["icons"])]:
        with Image.open(BytesIO(shop.page.request.get(address).body())) as icon:
            width, height = icon.size
            assert width == height
            assert icon.convert("RGB").getpixel((width // 2, height // 2)) == pytest.approx((255, 211, 92), abs=6)


@pytest.mark.projects("desktop")
def test_an_owner_sets_the_shop_up_in_german(page_in: Callable[[str], Page], logo: bytes) -> None:
    kontor, laden = GermanShop(page_in("de-DE")), GermanShop(page_in("de-DE"))
    kontor.come_signed_in_as(STAFF)
    kontor.delete_pages()
    kontor.set_the_shop_up(
        NAME,
        CONTACT,
        primary=PRIMARY,
        accent=ACCENT,
        logo=logo,
        delivery="Abholung am Markt von neun bis sechs.",
        time_zone="Europe/Berlin",
    )
    for title, text in SEITEN.items():
        kontor.write_page(title, text)

    laden.go_to("/")
    for title, text in SEITEN.items():
        laden.see_page_of_owner(title, text.replace("**", ""))
        laden.see_look(NAME, PRIMARY)
    laden.come_signed_in_as(CUSTOMER)
    laden.add_to_basket(ITEM)
    laden.open_basket()
    laden.check_out()
    laden.see_look_of_payment_page(NAME, PRIMARY, ACCENT)
    laden.pay()
    laden.see_order("Bezahlt")
    expect(laden.page.get_by_text("Abholung am Markt von neun bis sechs.")).to_be_visible()


@pytest.mark.projects("phone")
def test_buyers_look_through_a_category_in_the_order_they_like(
    shop: Shop, back_office: Shop, page_in: Callable[[str], Page]
) -> None:
    back_office.come_signed_in_as(STAFF)
    for item_id, category in ((1, "For the table"), (2, "For the table"), (6, "For the table"), (3, "Paper & ink")):
        back_office.put_into_category(item_id, category)

    shop.go_to("/")
    shop.choose_category("For the table")
    shop.see_items("Garden tea", "Lime blossom honey", "Stoneware mug")
    shop.sort_by("Dearest first")
    shop.see_items("Stoneware mug", "Garden tea", "Lime blossom honey")
    shop.sort_by("Cheapest first")
    shop.see_items("Lime blossom honey", "Garden tea", "Stoneware mug")
    shop.see_accessible()

    shop.page.reload()  # the address has both: it can be sent to a friend
    shop.see_items("Lime blossom honey", "Garden tea", "Stoneware mug")
    shop.page.go_back()
    shop.see_items("Stoneware mug", "Garden tea", "Lime blossom honey")
    shop.choose_category("Paper & ink")
    shop.see_items("Dotted notebook")

    laden = GermanShop(page_in("de-DE"))
    laden.go_to(shop.page.url)
    laden.see_items("Dotted notebook")
    laden.choose_category("For the table")
    laden.sort_by("Günstigste zuerst")
    laden.see_items("Lime blossom honey", "Garden tea", "Stoneware mug")


@pytest.mark.projects("phone")
def test_what_is_newest_stands_first_where_a_buyer_wants_that(shop: Shop, back_office: Shop) -> None:
    back_office.come_signed_in_as(STAFF)
    for name in ("Autumn wreath", "Winter wreath"):
        back_office.begin_new_item(name, price="20.00", category="Wreaths")
        back_office.save_item()

    shop.go_to("/")
    shop.choose_category("Wreaths")
    shop.see_items("Autumn wreath", "Winter wreath")
    shop.sort_by("Newest first")
    shop.see_items("Winter wreath", "Autumn wreath")


def test_a_page_that_the_owner_wrote_is_for_everybody(shop: Shop, back_office: Shop, own_url: str) -> None:
    back_office.come_signed_in_as(STAFF)
    write_page(back_office, own_url, "terms", "Terms", TERMS)

    shop.go_to("/pages/terms")

    shop.see_accessible()
    shop.see_it_fits()


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
        reader.page.emulate_media(media="print", color_scheme="dark")
        paper = reader.page.locator("body")
        expect(paper).to_have_css("color", DARK_INK)
        for words in (NAME, CONTACT, CUSTOMER, "ada@example.com", f"Order {shop.order}", ITEM, "Total"):
            expect(paper.get_by_text(words).filter(visible=True).first).to_be_visible()
        for words in ("All orders", "Refund", "History", "Hand over", "API"):
            expect(paper.get_by_text(words, exact=True).filter(visible=True)).to_have_count(0)
