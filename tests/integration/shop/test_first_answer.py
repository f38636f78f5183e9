"""What the server's own page tells, before any script has run: to search engines, messengers, and the page itself."""

import json
import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa

from app import db
from app.models import ShopPage, ShopProfile
from app.web import frontend
from tests.integration.factories import make_item, make_user, saved

PAGE = "<html><head><!-- head --><title>Kiosk</title><!-- /head --></head><body></body></html>"
URL = "http://localhost"


@pytest.fixture(autouse=True)
def built(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text(PAGE)
    monkeypatch.setattr(frontend, "DIST", tmp_path)


def asked(client, path):
    response = client.get(path, buffered=True)
    assert response.mimetype == "text/html"
    return response.status_code, response.text


def title(html):
    return unescape(re.search("<title>(.*?)</title>", html)[1])


def about(html):
    """The description, and what messengers show, by name."""
    named = re.findall(r'<meta (?:name|property)="(?:og:)?(\w+)" content="(.*?)">', html)
    return {name: unescape(value) for name, value in named}


def data(html, kind):
    found = re.search(rf'<script[^>]* type="{re.escape(kind)}">(.*?)</script>', html)
    return json.loads(found[1]) if found else None


def first(client, path="/"):
    return data(asked(client, path)[1], "application/json")


def test_the_start_page_has_the_shops_name(client):
    saved(ShopProfile(id=1, name="Tea & <Co>"))

    status, html = asked(client, "/")

    assert (status, title(html), about(html)["title"]) == (200, "Tea & <Co>", "Tea & <Co>")
    assert data(html, "application/ld+json")["@type"] == "Store"


def test_what_the_shop_itself_says_of_a_page_is_in_the_language_of_the_reader(client):
    saved(ShopProfile(id=1, name="Tee & Co"))
    saved(ShopPage(slug="imprint", title="Impressum", text=""))
    item = make_item("Tee", description="")

    def told(path, **headers):
        return about(client.get(path, headers=headers, buffered=True).text)

    german = {"Accept-Language": "de"}
    assert told("/", **german)["description"] == "Tee & Co: was es gibt und was es kostet."
    assert told(f"/items/{item.id}", **german)["description"] == "Tee bei Tee & Co"
    assert told("/pages/imprint", **german)["description"] == "Impressum von Tee & Co"
    assert told("/items/999", **german)["description"] == "Hier ist nichts."
    assert told("/")["description"] == "Tee & Co: what is on offer, and what it costs."
    client.set_cookie("kiosk_language", "de")
    assert told("/")["description"] == told("/", **german)["description"]


def test_an_items_page_tells_what_it_is_and_what_it_costs(client):
    item = make_item(
        "Green\u2028tea", price=1290, on_hand=3, description="Loose\n\nleaves.", image_url="/pictures/tea.svg"
    )

    status, html = asked(client, f"/items/{item.id}")

    told = about(html)
    assert (status, told["description"], told["type"]) == (200, "Loose leaves.", "product")
    assert told["image"] == f"{URL}/pictures/tea.svg"
    assert f'<link rel="canonical" href="{URL}/items/{item.id}">' in html
    product = data(html, "application/ld+json")
    assert (product["@type"], product["name"], product["image"]) == (
        "Product",
        "Green\u2028tea",
        [f"{URL}/pictures/tea.svg"],
    )
    assert product["offers"] == {
        "@type": "Offer",
        "url": f"{URL}/items/{item.id}",
        "price": "12.90",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
    }


def test_of_an_item_that_is_sold_out_it_says_so(client):
    item = make_item(on_hand=2, held=2)

    _, html = asked(client, f"/items/{item.id}")

    assert data(html, "application/ld+json")["offers"]["availability"] == "https://schema.org/OutOfStock"


def test_a_long_description_is_cut(client):
    item = make_item(description="word " * 100)

    told = about(asked(client, f"/items/{item.id}")[1])["description"]

    assert len(told) <= 200
    assert told.endswith("word…")


@pytest.mark.parametrize("path", ["/items/999999", "/items/9999999999999999", "/pages/nothing"])
def test_what_is_not_there_is_not_found_and_in_no_index(client, path):
    status, html = asked(client, path)

    assert status == 404
    assert '<meta name="robots" content="noindex">' in html


def test_a_draft_is_not_told_of(client):
    item = make_item("Secret", price=None)

    status, html = asked(client, f"/items/{item.id}")

    assert (status, "Secret" in html) == (404, False)


def test_a_page_that_the_owner_wrote_has_its_title(client):
    saved(ShopPage(slug="imprint", title="Imprint", text=""))

    status, html = asked(client, "/pages/imprint")

    assert (status, title(html)) == (200, "Imprint · Kiosk")


def test_no_text_of_an_item_gets_out_of_its_place(client):
    bad = "</script></title><script>alert(1)</script>\"><img src=x onerror=alert('1')>"
    item = make_item(bad, description=bad, image_url='/pictures/x"onload="alert(1)')
    saved(ShopProfile(id=1, name=bad[:100], contact=bad))

    _, html = asked(client, f"/items/{item.id}")

    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'onload="' not in html
    assert data(html, "application/ld+json")["name"] == bad
    assert data(html, "application/json")["shop"]["contact"] == bad


# ---------------------------------------------------------------- what the page would ask for at once


def test_the_page_knows_the_shop_and_that_nobody_is_signed_in(client):
    assert first(client) == {"language": "en", "me": None, "shop": client.get("/api/shop").get_json()}


def test_the_page_knows_who_is_signed_in_and_nobody_else_keeps_it(signed_in):
    ada = signed_in(make_user("ada"))

    response = ada.get("/", buffered=True)

    assert first(ada)["me"] == ada.get("/api/profile").get_json()
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]


def test_to_a_visitor_it_is_sent_again_only_where_something_has_changed(app, client, signed_in):
    etag = client.get("/", buffered=True).headers["ETag"]
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 304

    assert signed_in(make_user()).get("/", headers={"If-None-Match": etag}, buffered=True).status_code == 200
    saved(ShopProfile(id=1, name="Tea & Co"))
    assert client.get("/", headers={"If-None-Match": etag}, buffered=True).status_code == 200


def test_a_page_that_the_database_cannot_tell_of_is_a_page_all_the_same(own_app):
    with own_app.app_context():
        db.session.execute(sa.text("DROP TABLE shop"))
        db.session.commit()

    status, html = asked(own_app.test_client(), "/items/7")

    assert (status, title(html), data(html, "application/json")) == (200, "Kiosk", {"language": "en"})


# ---------------------------------------------------------------- files with fixed names


def test_crawlers_are_kept_from_what_is_private_and_told_where_the_sitemap_is(client):
    text = client.get("/robots.txt").text

    assert "Disallow: /orders" in text.splitlines()
    assert "Disallow: /items" not in text
    assert f"Sitemap: {URL}/sitemap.xml" in text


def test_the_sitemap_has_what_is_on_offer_and_nothing_else(client):
    item, draft = make_item(), make_item(price=None)
    saved(ShopPage(slug="imprint", title="Imprint", text=""))

    response = client.get("/sitemap.xml")

    listed = [each.text for each in ET.fromstring(response.text).findall(".//{*}loc")]
    assert listed == [f"{URL}/", f"{URL}/pages/imprint", f"{URL}/items/{item.id}"]
    assert f"/items/{draft.id}" not in response.text
    another = make_item()
    assert f"/items/{another.id}<" in client.get("/sitemap.xml").text


def test_the_manifest_has_name_and_colour_of_the_shop(client):
    saved(ShopProfile(id=1, name="Tea & Co", primary_colour="#7a1f5c"))

    manifest = client.get("/manifest.webmanifest").get_json(force=True)

    assert (manifest["name"], manifest["theme_color"], manifest["lang"]) == ("Tea & Co", "#7a1f5c", "en")
