"""Pictures that staff choose on their machine and buyers see: a very large one, one that tells a place, and none."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Page, expect

from tests.e2e.german import GermanShop
from tests.e2e.shop import Shop

STAFF = "Grace Hopper"
NO_PICTURE = b"These are the opening hours, and no picture.\n"
GPS = ExifTags.IFD.GPSInfo
pytestmark = [pytest.mark.own_kiosk, pytest.mark.projects("desktop")]


def jpeg(width: int, height: int, **options: Any) -> bytes:
    """Its upper half is teal, its lower half is yellow."""
    picture, file = Image.new("RGB", (width, height), "teal"), BytesIO()
    picture.paste("#ffd35c", (0, height // 2, width, height))
    picture.save(file, "JPEG", **options)
    return file.getvalue()


def downloaded(shop: Shop, address: str) -> tuple[bytes, Image.Image]:
    """The file, as a buyer who keeps the picture has it."""
    file = shop.page.request.get(address).body()
    return file, Image.open(BytesIO(file))


def picture_shown(shop: Shop, item: str) -> str:
    """The address of the picture on the item's page, which has come."""
    shop.go_to("/")
    shop.page.get_by_role("heading", name=item).get_by_role("link").click()
    shop.see_loaded()
    expect(shop.page.get_by_role("heading", level=1, name=item)).to_be_visible()
    shown = shop.page.get_by_role("main").locator("img").first
    assert shown.evaluate("image => image.naturalWidth") > 0
    return shown.get_attribute("src") or ""


def test_a_picture_of_40_megapixels_is_as_large_as_a_page_needs_it(shop: Shop, back_office: Shop) -> None:
    back_office.come_signed_in_as(STAFF)
    back_office.begin_new_item("Panorama", price="12.00")
    back_office.choose_picture("panorama.jpg", "image/jpeg", jpeg(8000, 5000))
    back_office.see_picture_chosen()
    back_office.save_item()

    address = picture_shown(shop, "Panorama")
    file, picture = downloaded(shop, address)
    assert (picture.format, picture.size) == ("WEBP", (1600, 1000))
    assert len(file) < 200_000


def test_a_picture_says_nothing_of_where_it_was_taken(shop: Shop, back_office: Shop) -> None:
    notes = Image.Exif()
    notes.get_ifd(GPS).update({1: "N", 2: (53.0, 14.0, 58.0), 3: "E", 4: (10.0, 24.0, 41.0)})
    notes[ExifTags.Base.Model], notes[ExifTags.Base.Orientation] = "Pocket camera", 6  # held upright
    taken = jpeg(1200, 800, exif=notes)
    assert Image.open(BytesIO(taken)).getexif().get_ifd(GPS)[1] == "N"

    back_office.come_signed_in_as(STAFF)
    back_office.begin_new_item("Market square", price="9.00")
    back_office.choose_picture("square.jpg", "image/jpeg", taken)
    back_office.see_picture_chosen()
    back_office.save_item()

    address = picture_shown(shop, "Market square")
    large = re.sub(r"-small(?=\.webp)", "", address)
    for each in (large, large.replace(".webp", "-small.webp")):
        file, picture = downloaded(shop, each)
        assert dict(picture.getexif()) == {}
        assert b"Pocket camera" not in file
        assert b"EXIF" not in file, "a WebP file keeps what a camera notes in a part of this name"
        assert picture.height > picture.width, "it lies on its side"


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        pytest.param(
            *("hours.png", "image/png", "This file cannot be read as a picture."),
            marks=pytest.mark.mishaps("422 POST /api/pictures"),
        ),
        pytest.param(
            *("hours.txt", "text/plain", "Files of this type are not taken. Choose a JPEG, PNG, WebP or GIF file."),
            marks=pytest.mark.mishaps("415 POST /api/pictures"),
        ),
    ],
)
def test_what_is_no_picture_is_said_and_nothing_that_was_typed_is_lost(
    shop: Shop, back_office: Shop, name: str, kind: str, words: str
) -> None:
    item = f"Opening hours {kind}"
    back_office.come_signed_in_as(STAFF)
    back_office.begin_new_item(item, price="1.00")
    back_office.choose_picture(name, kind, NO_PICTURE)
    back_office.see_alert(words)
    expect(back_office.page.get_by_label("Name")).to_have_value(item)
    expect(back_office.page.get_by_label("Price in EUR")).to_have_value("1.00")
    back_office.see_accessible()

    back_office.choose_picture("hours.jpg", "image/jpeg", jpeg(600, 400))
    back_office.see_picture_chosen()
    expect(back_office.page.get_by_role("alert")).to_have_count(0)
    back_office.save_item()
    assert picture_shown(shop, item).startswith("/pictures/")


@pytest.mark.mishaps("422 POST /api/pictures", "415 POST /api/pictures")
def test_what_is_no_picture_is_said_in_german(page_in: Callable[[str], Page]) -> None:
    kontor = GermanShop(page_in("de-DE"))
    kontor.come_signed_in_as(STAFF)
    kontor.go_to("/staff/shop")
    for name, kind, words in (
        ("zeiten.png", "image/png", "Diese Datei ist nicht als Bild lesbar."),
        ("zeiten.txt", "text/plain", "Dateien dieser Art werden hier nicht angenommen."),
    ):
        kontor.choose_picture(name, kind, NO_PICTURE)
        kontor.see_alert(words)
