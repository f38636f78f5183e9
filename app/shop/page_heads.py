"""What search engines and messengers read of the shop's pages: the catalogue, an item, a page that the owner wrote."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from msgspec import structs

from app.items.models import Item
from app.items.service import is_on_sale
from app.runtime.config import settings
from app.runtime.db import db, read
from app.runtime.languages import Language, Sentence, said
from app.shop import icons
from app.shop.models import ShopPage
from app.stripe import currencies
from app.web.first_answer import ICONS, MISSING, Head, absolute

if TYPE_CHECKING:
    from app.shop.schemas import ShopOut

ITEM = re.compile(r"/items/([0-9]{1,16})/?")
PAGE = re.compile(r"/pages/([a-z0-9-]{1,64})/?")
LONGEST = 200
"""Of a description, in characters: more is cut off wherever it is shown."""

_offered = sa.select(Item).where(is_on_sale)


def head(path: str, data: Mapping[str, Any], language: Language) -> Head:
    """Of the page at `path` in this language, as a visitor sees it who is not signed in."""
    shop: ShopOut = data["shop"]
    colour = shop.colours.primary
    about = _of(path, shop.name, language)
    return structs.replace(
        about,
        image=about.image or icons.large(shop.logo_url, colour),
        colour=colour,
        manifest="/manifest.webmanifest",
        icons=icons.links(shop.logo_url, colour) or ICONS,
    )


def _of(path: str, name: str, language: Language) -> Head:
    if match := ITEM.fullmatch(path):
        return _of_item(int(match[1]), name, language)
    if match := PAGE.fullmatch(path):
        return _of_page(match[1], name, language)
    store = {"@type": "Store", "name": name, "url": settings().public_url}
    about = said(Sentence("{shop}: what is on offer, and what it costs.", shop=name), language)
    return Head(name, about, structured=store if path == "/" else None)


def _missing(name: str, language: Language) -> Head:
    return Head(name, said(MISSING, language), status=404)


def _of_page(slug: str, name: str, language: Language) -> Head:
    rows = read(sa.select(ShopPage.title).where(ShopPage.slug == slug))
    if not rows:
        return _missing(name, language)
    [title] = rows[0]
    return Head(f"{title} · {name}", said(Sentence("{title} of {shop}", title=title, shop=name), language))


def _of_item(item_id: int, name: str, language: Language) -> Head:
    item = db.session.scalar(_offered.where(Item.id == item_id)) if item_id <= 2**53 else None
    if item is None:
        return _missing(name, language)
    about = " ".join(item.description.split())
    about = about if len(about) <= LONGEST else f"{about[: LONGEST - 1].rstrip()}…"
    about = about or said(Sentence("{item} at {shop}", item=item.name, shop=name), language)
    return Head(f"{item.name} · {name}", about, item.image_url or "", "product", structured=_structured(item, about))


def _structured(item: Item, about: str) -> dict[str, object]:
    """https://schema.org/Product"""
    currency = settings().currency
    is_left = item.on_hand is None or item.on_hand > item.held
    product: dict[str, object] = {"@type": "Product", "name": item.name, "description": about, "sku": str(item.id)}
    if item.image_url:
        product["image"] = [absolute(item.image_url)]
    product["offers"] = {
        "@type": "Offer",
        "url": f"{settings().public_url}/items/{item.id}",
        "price": currencies.decimal(item.price or 0, currency),
        "priceCurrency": currency,
        "availability": f"https://schema.org/{'InStock' if is_left else 'OutOfStock'}",
    }
    return product
