"""The payment page has the name, the logo and the colours of the shop."""

from io import BytesIO

import pytest
from PIL import Image

from app.models import ShopProfile
from app.runtime.config import PaymentsAccount
from app.runtime.db import db, utcnow
from app.shop import pictures
from app.shop.decoding import prepared
from tests.integration.factories import saved

pytestmark = pytest.mark.any_database

URL = "http://localhost"

BESIDE = PaymentsAccount(api_base="http://127.0.0.1:9")
"""A provider on the shop's own machine, as a simulator is."""


@pytest.fixture
def logo(app):
    """The address of an uploaded one."""
    file = BytesIO()
    Image.new("RGB", (600, 120), "teal").save(file, "PNG")
    with app.app_context():
        url = pictures.keep(db.session(), prepared(file.getvalue()), utcnow())
        db.session.commit()
    return url


def branding(shop):
    """What the provider was told with the first order."""
    assert shop.place().status_code == 201
    return shop.posts[0]["params"].get("branding_settings")


def test_the_provider_is_told_name_logo_and_colours(shop, client, logo, reconfigured):
    reconfigured(payments=BESIDE)
    saved(ShopProfile(id=1, name="Tea & Co", logo_url=logo, primary_colour="#7a1f3d", accent_colour="#9fd8c4"))

    told = branding(shop)

    digest = logo.removeprefix("/pictures/").removesuffix(".webp")
    address = f"{URL}/icons/logo.png?v={digest}7a1f3d"
    assert told == {
        "display_name": "Tea & Co",
        "background_color": "#7a1f3d",
        "button_color": "#9fd8c4",
        "logo": {"type": "url", "url": address},
    }
    shown = client.get(address.removeprefix(URL))
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert shown.headers["Cross-Origin-Resource-Policy"] == "cross-origin", "else no browser shows it there"


def test_the_payment_page_shows_them(shop, logo, reconfigured):
    reconfigured(payments=BESIDE)
    saved(ShopProfile(id=1, name="Tea & Co", logo_url=logo, primary_colour="#7a1f3d", accent_colour="#9fd8c4"))

    page = shop.control.api.get(shop.place().json()["checkout_url"])

    assert "Pay Tea &amp; Co" in page.text
    assert f'src="{URL}/icons/logo.png' in page.text
    assert "background: #7a1f3d; color: #ffffff" in page.text
    assert "background: #9fd8c4; color: #000000" in page.text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, None),
        ({"name": "Tea & Co"}, {"display_name": "Tea & Co"}),
        ({"primary_colour": "#7a1f3d"}, {"background_color": "#7a1f3d"}),
        ({"accent_colour": "#9fd8c4"}, {"button_color": "#9fd8c4"}),
    ],
)
def test_what_the_owner_leaves_as_it_is_is_as_the_account_at_the_provider_has_it(shop, values, told):
    saved(ShopProfile(id=1, **values))

    assert branding(shop) == told


@pytest.mark.parametrize("url", ["https://other.example/logo.webp", "/pictures/tea.svg"])
def test_a_logo_that_was_not_uploaded_is_not_passed_on(shop, url):
    """It may be of a kind or a size that the provider refuses, and then no order could be paid."""
    saved(ShopProfile(id=1, logo_url=url))

    assert branding(shop) is None


def test_a_shop_on_this_machine_tells_a_provider_elsewhere_no_logo(shop, logo):
    """Its page could not show it."""
    saved(ShopProfile(id=1, name="Tea & Co", logo_url=logo))

    assert branding(shop) == {"display_name": "Tea & Co"}
