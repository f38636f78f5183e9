"""Icons for tabs and phones: the owner's logo, or the drawing of the page's build."""

import re
from io import BytesIO

import pytest
from PIL import Image

from app.models import ShopProfile
from app.runtime.config import ROOT
from app.web import frontend
from tests.integration.accounts import assert_problem
from tests.integration.factories import make_user, saved
from tests.integration.shop.test_pictures import upload

PRIMARY = (122, 31, 92)
CLEAR = (0, 0, 0, 0)
NAMES = ["/favicon.ico", "/apple-touch-icon.png", "/icons/192.png", "/icons/512.png", "/icons/maskable.png"]


@pytest.fixture
def staff(signed_in):
    return signed_in(make_user(role="staff"))


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A build whose icons say their names."""
    (tmp_path / "index.html").write_text("<html><head><!-- head --><!-- /head --></head><body></body></html>")
    (tmp_path / "icons").mkdir()
    for name in NAMES:
        (tmp_path / name[1:]).write_text(name)
    monkeypatch.setattr(frontend, "DIST", tmp_path)


def with_logo(staff, size=(600, 120), colour="teal"):
    """A shop with a logo of this size and colour, on a header of PRIMARY."""
    file = BytesIO()
    Image.new("RGBA", size, colour).save(file, "PNG")
    url = upload(staff, file.getvalue()).get_json()["url"]
    changed = staff.patch("/api/shop", json={"logo_url": url, "colours": {"primary": "#7a1f5c"}})
    assert changed.status_code == 200, changed.text


def shown(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Image.open(BytesIO(answer.data))


def links(client):
    """Of the page: its icons, by their addresses."""
    html = client.get("/", buffered=True).text
    return {path: rel for rel, path in re.findall(r'<link rel="(icon|apple-touch-icon)" href="([^"]+)"', html)}


def shown_by_messengers(client):
    """The picture of the start page."""
    return re.search(r'property="og:image" content="([^"]+)"', client.get("/", buffered=True).text)[1]


def manifest(client):
    return client.get("/manifest.webmanifest").get_json(force=True)["icons"]


@pytest.mark.parametrize("name", NAMES)
def test_a_shop_without_a_logo_has_the_icons_of_the_build(client, built, name):
    assert client.get(name, buffered=True).text == name


def test_page_and_manifest_name_them(client, built):
    assert links(client) == {"/favicon.svg": "icon"}
    assert [(each["src"], each["sizes"], each.get("purpose")) for each in manifest(client)] == [
        ("/icons/192.png", "192x192", None),
        ("/icons/512.png", "512x512", None),
        ("/icons/maskable.png", "512x512", "maskable"),
    ]
    assert shown_by_messengers(client) == "http://localhost/icons/512.png"


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "side"), [*zip(NAMES, (48, 180, 192, 512, 512), strict=True)])
def test_those_of_the_build_are_as_large_as_the_manifest_says(name, side):
    with Image.open(ROOT / "frontend" / "public" / name[1:]) as icon:
        assert icon.size == (side, side)


def test_with_a_logo_page_and_manifest_name_icons_of_it(client, built, staff):
    with_logo(staff)
    before = {*links(client), *(each["src"] for each in manifest(client))}
    with_logo(staff, colour="navy")
    after = {*links(client), *(each["src"] for each in manifest(client))}

    assert {path.partition("?v=")[0] for path in before} == set(NAMES)
    assert before.isdisjoint(after), "a browser would show the logo that it has kept"
    for path in after:
        assert client.get(path).status_code == 200
    assert shown_by_messengers(client).removeprefix("http://localhost") in after


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "side"), [("/icons/192.png", 192), ("/icons/512.png", 512), ("/favicon.ico", 48)])
def test_an_icon_is_the_whole_logo_in_a_square_that_is_clear_around_it(client, staff, name, side):
    with_logo(staff)

    icon = shown(client, name).convert("RGBA")

    assert icon.size == (side, side)
    assert icon.getpixel((side // 2, 1)) == icon.getpixel((side // 2, side - 2)) == CLEAR
    for x in (1, side // 2, side - 2):
        assert near(icon.getpixel((x, side // 2)), (0, 128, 128, 255))


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "side"), [("/apple-touch-icon.png", 180), ("/icons/maskable.png", 512)])
def test_on_a_phone_the_logo_stands_on_the_colour_of_the_header(client, staff, name, side):
    with_logo(staff)

    icon = shown(client, name)

    assert (icon.size, icon.mode) == ((side, side), "RGB")
    assert icon.getpixel((0, 0)) == icon.getpixel((1, side // 2)) == PRIMARY
    assert near(icon.getpixel((side // 2, side // 2)), (0, 128, 128))


@pytest.mark.any_database
def test_what_a_phone_cuts_away_is_none_of_the_logo(client, staff):
    """All within a circle of 80 % stays: https://www.w3.org/TR/appmanifest/#icon-masks"""
    with_logo(staff, (400, 400))

    icon = shown(client, "/icons/maskable.png")

    places = [(x, y) for x in range(0, 512, 8) for y in range(0, 512, 8)]
    cut = [each for each in places if (each[0] - 256) ** 2 + (each[1] - 256) ** 2 > (0.4 * 512) ** 2]
    assert {icon.getpixel(each) for each in cut} == {PRIMARY}


@pytest.mark.any_database
def test_a_tab_icon_has_each_size_that_browsers_take(client, staff):
    with_logo(staff)

    assert shown(client, "/favicon.ico").info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_an_icon_is_sent_again_only_where_it_is_another(client, staff):
    with_logo(staff)
    first = client.get("/icons/192.png")
    again = {"If-None-Match": first.headers["ETag"]}

    assert client.get("/icons/192.png", headers=again).status_code == 304
    with_logo(staff, colour="navy")
    assert client.get("/icons/192.png", headers=again).status_code == 200


@pytest.mark.parametrize("url", ["https://other.example/logo.png", "/pictures/tea.svg"])
def test_a_logo_that_was_not_uploaded_is_the_icon_as_it_is(client, built, url):
    saved(ShopProfile(id=1, logo_url=url))

    assert links(client) == {url: "icon"}
    assert manifest(client) == [{"src": url, "sizes": "any"}]
    assert client.get("/favicon.ico", buffered=True).text == "/favicon.ico"


def test_a_logo_that_is_gone_is_no_crash(client):
    saved(ShopProfile(id=1, logo_url=f"/pictures/{'0' * 32}.webp"))

    assert_problem(client.get("/icons/192.png"), 404, "not_found")


@pytest.mark.parametrize("name", ["/icons/logo.png", "/icons/nothing.png"])
def test_there_are_no_other_icons(client, built, name):
    assert_problem(client.get(name), 404, "not_found")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("size", "logo"),
    [((600, 120), (400, 128)), ((50, 900), (128, 400)), ((900, 900), (400, 400)), ((9, 9), (400, 400))],
)
def test_the_payment_page_gets_the_logo_in_a_size_that_it_takes(client, staff, size, logo):
    with_logo(staff, size)

    assert shown(client, "/icons/logo.png").size == logo


def near(one, other):
    """WebP keeps no colour to the letter."""
    return all(abs(a - b) <= 8 for a, b in zip(one, other, strict=True))
