"""Every page, on either screen: nothing is cut off, and all that a user can press or fill in is within reach."""

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
