"""Uploaded pictures, kept in the database so that every server has them."""

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import Item
from app.runtime.db import insert_into, read, reading
from app.runtime.errors import NotFound
from app.runtime.retention import BATCH, before, delete
from app.shop.decoding import HEAD, Prepared, size
from app.shop.markdown import Sizes
from app.shop.models import Picture, ShopPage, ShopProfile

UNUSED_DAYS = 7
"""How long a picture is kept that nothing shows: staff upload one before they save what shows it."""

ADDRESS = re.compile(r"/pictures/([0-9a-f]{32})")
"""In any form: with the shop's own address before it, or as the small file."""


def keep(session: Session, picture: Prepared, now: datetime) -> str:
    """Store a picture; the same one only once. Returns the path under which a browser finds it. Not committed."""
    digest = picture.digest
    values = {"digest": digest, "large": picture.large, "small": picture.small, "created_at": now}
    statement = insert_into(session, Picture).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=[Picture.digest], set_={"created_at": now}))
    return f"/pictures/{digest}.webp"


def file(session: Session, digest: str, *, small: bool) -> bytes:
    """A WebP file. Raises NotFound."""
    content = session.scalar(sa.select(Picture.small if small else Picture.large).where(Picture.digest == digest))
    if content is None:
        raise NotFound
    return content


def sizes(session: Session, text: str) -> Sizes:
    """Of the pictures that this Markdown shows, so that a browser keeps their place before they come."""
    shown = set(ADDRESS.findall(text))
    if not shown:
        return frozenset()
    heads = [sa.func.substr(each, 1, HEAD, type_=sa.LargeBinary) for each in (Picture.large, Picture.small)]
    rows = session.execute(sa.select(Picture.digest, *heads).where(Picture.digest.in_(shown)))
    return frozenset(
        (f"/pictures/{digest}{form}.webp", *size(head))
        for digest, *files in rows
        for form, head in zip(("", "-small"), files, strict=True)
    )


def forget(session: Session, now: datetime) -> str | None:
    """Delete pictures that nothing shows a week after their upload. Committed.

    What is shown is read without a transaction, once, however many pictures there are.
    """
    old = before(now, UNUSED_DAYS)
    with reading():
        rows = read(sa.select(Picture.id, Picture.digest).where(Picture.created_at < old))
        shown = _shown() if rows else set()
    unused = [row.id for row in rows if row.digest not in shown]
    for at in range(0, len(unused), BATCH):
        part = Picture.id.in_(unused[at : at + BATCH])
        if unfinished := delete(session, Picture, part, Picture.created_at < old):
            return unfinished
    return None


def _shown() -> set[str]:
    """The digests of the pictures that an item, a page or the logo shows."""
    return {
        digest
        for column in (Item.image_url, ShopProfile.logo_url, ShopPage.text)
        for row in read(sa.select(column.label("text")).where(column.contains("/pictures/")).distinct())
        for digest in ADDRESS.findall(row.text)
    }
