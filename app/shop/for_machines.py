"""What crawlers and browsers ask a shop for by fixed names: robots.txt, the sitemap, the manifest."""

from collections.abc import Iterator
from functools import lru_cache
from html import escape

import msgspec
import sqlalchemy as sa
from werkzeug.wrappers import Response

from app.items.models import Catalogue, Item
from app.items.service import is_on_sale
from app.runtime.config import settings
from app.runtime.db import db, read
from app.shop import colours, icons, service
from app.shop.models import ShopPage
from app.web.api import Access, Api

MOST_ADDRESSES = 50_000
"""That a sitemap may have: https://www.sitemaps.org/protocol.html"""

PRIVATE = ("/api/", "/basket", "/checkout/", "/oauth/", "/orders", "/profile", "/sign-in", "/staff/", "/todos")

routes = Api("machines")


@routes.get("/robots.txt", access=Access.ALL)
def tell_robots() -> Response:
    """What crawlers need not look at.

    https://www.rfc-editor.org/rfc/rfc9309
    """
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    return _for_an_hour("\n".join([*lines, "", f"Sitemap: {settings().public_url}/sitemap.xml", ""]), "text/plain")


@routes.get("/sitemap.xml", access=Access.ALL)
def show_sitemap() -> Response:
    """The start page, the owner's pages and the items on offer, the newest first."""
    [row] = read(sa.select(Catalogue.stamp))
    slugs = tuple(page.slug for page in read(sa.select(ShopPage.slug).order_by(ShopPage.slug)))
    return _for_an_hour(_sitemap(settings().public_url, row.stamp, slugs), "application/xml")


@routes.get("/manifest.webmanifest", access=Access.ALL)
def show_manifest() -> Response:
    """How the shop looks among the apps of a phone.

    https://www.w3.org/TR/appmanifest/
    """
    profile = service.profile(db.session())
    manifest = {
        "name": profile.name,
        "short_name": profile.name,
        "lang": settings().language,
        "start_url": "/",
        "display": "minimal-ui",
        "theme_color": profile.primary_colour,
        "background_color": colours.PAGE,
        "icons": icons.in_manifest(profile.logo_url, profile.primary_colour),
    }
    return _for_an_hour(msgspec.json.encode(manifest).decode(), "application/manifest+json")


@lru_cache(maxsize=1)  # that of a large shop has megabytes
def _sitemap(shop: str, _catalogue: str, slugs: tuple[str, ...]) -> str:
    places = "".join(f"<url><loc>{escape(shop + path)}</loc></url>" for path in _paths(slugs))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}{places}</urlset>\n"


def _paths(slugs: tuple[str, ...]) -> Iterator[str]:
    yield "/"
    for slug in slugs:
        yield f"/pages/{slug}"
    offered = sa.select(Item.id).where(is_on_sale)
    for item in read(offered.order_by(Item.id.desc()).limit(MOST_ADDRESSES - service.MOST_PAGES - 1)):
        yield f"/items/{item.id}"


def _for_an_hour(text: str, kind: str) -> Response:
    """An answer that clients may cache for so long."""
    response = Response(text, mimetype=kind)
    response.cache_control.max_age = 3600
    return response
