"""The shop as its owner has set it: one row, and the pages that they have written."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mail.message import Site
from app.runtime import time_zones
from app.runtime.config import settings
from app.runtime.db import db, insert_once, table
from app.runtime.errors import Conflict, Invalid, NotFound
from app.shop import colours
from app.shop.models import ACCENT, PRIMARY, ShopPage, ShopProfile
from app.shop.schemas import PageTitle

MOST_PAGES = 20

UNNAMED = "Kiosk"
"""The name of a shop whose owner has given it none."""

_shop = table(ShopProfile).c
LOOK = tuple(
    sa.select(column).scalar_subquery().label(name)
    for name, column in {
        "shop_name": _shop.name,
        "shop_logo": _shop.logo_url,
        "shop_primary": _shop.primary_colour,
        "shop_accent": _shop.accent_colour,
    }.items()
)
"""Name, logo and colours, as columns of a query; null where the owner has set nothing."""


class TooManyPages(Conflict):
    error = "too_many_pages"
    detail = f"A shop has at most {MOST_PAGES} pages."


def profile(session: Session) -> ShopProfile:
    """What the owner has set, or what holds before they have set anything."""
    return session.get(ShopProfile, 1) or ShopProfile(
        name=UNNAMED, contact="", delivery="", primary_colour=PRIMARY, accent_colour=ACCENT
    )


def mail_site() -> Site:
    """Who writes the mails of the shop. `colours.fault` lets its owner set no colour that white cannot be read on."""
    shop = profile(db.session())
    return Site(shop.name, shop.primary_colour, shop.contact)


def shop_name() -> str:
    return profile(db.session()).name


def time_zone() -> str:
    """The shop's: that of its owner, or else that of the settings."""
    return profile(db.session()).time_zone or settings().time_zone


def titles(session: Session) -> list[PageTitle]:
    """Of all pages, by title."""
    rows = session.execute(sa.select(ShopPage.slug, ShopPage.title).order_by(ShopPage.title, ShopPage.id))
    return [PageTitle(row.slug, row.title) for row in rows]


def lock(session: Session) -> None:
    """Lock the settings and pages until the transaction ends: changes of them happen one after the other."""
    insert_once(session, ShopProfile, {"id": 1})
    session.execute(sa.select(ShopProfile).with_for_update().execution_options(populate_existing=True))


def change(session: Session, values: Mapping[str, Any]) -> None:
    """Set these columns; the others stay. The caller has locked it. Raises Invalid."""
    if words := colours.fault(values.get("primary_colour", PRIMARY)):
        raise Invalid.field("colours.primary", words)
    time_zones.checked(values.get("time_zone"))
    if values:
        session.execute(sa.update(ShopProfile).values(values))


def page(session: Session, slug: str) -> ShopPage:
    """Raises NotFound."""
    written = session.scalar(sa.select(ShopPage).where(ShopPage.slug == slug))
    if written is None:
        raise NotFound
    return written


def put_page(session: Session, slug: str, title: str, text: str) -> ShopPage:
    """Write a page, new or anew. Raises TooManyPages."""
    made = insert_once(session, ShopPage, {"slug": slug, "title": title, "text": text})
    if made is not None and (session.scalar(sa.select(sa.func.count()).select_from(ShopPage)) or 0) > MOST_PAGES:
        raise TooManyPages
    written = page(session, slug)
    written.title, written.text = title, text
    return written


def delete_page(session: Session, slug: str) -> None:
    """Raises NotFound."""
    session.delete(page(session, slug))
