"""Uploaded pictures: decoded within bounds, made small enough to show, and kept in the database for every server.

What is kept is made anew from the pixels, so nothing else of the upload is in it, such as where it was taken.
"""

import hashlib
from datetime import datetime
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import Item
from app.runtime.db import insert_once
from app.runtime.errors import Invalid, NotFound, Problem
from app.runtime.retention import before, delete
from app.shop.models import Picture, ShopPage, ShopProfile

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LARGE, SMALL = 1600, 480
"""Longest sides in pixels."""

QUALITY = 80
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
UNUSED_DAYS = 7
"""How long a picture is kept that nothing shows: staff upload one before they save what shows it."""


class NotAPicture(Invalid):
    error = "not_a_picture"
    detail = "This cannot be read as a picture. Send a JPEG, PNG, WebP or GIF file that a browser shows."


class PictureTooLarge(Invalid):
    error = "picture_too_large"
    detail = f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels. Send a smaller one."


class Prepared(msgspec.Struct, frozen=True):
    """The two files of a picture, both WebP."""

    large: bytes
    small: bytes

    @property
    def digest(self) -> str:
        return hashlib.blake2b(self.large, digest_size=16).hexdigest()


_one_at_a_time = Lock()
"""A large picture takes some hundred megabytes for a moment."""


def prepared(data: bytes) -> Prepared:
    """The picture in `data`. Raises NotAPicture, PictureTooLarge."""
    from PIL import Image

    try:
        with _one_at_a_time, Image.open(BytesIO(data), formats=FORMATS) as opened:
            _check_size(opened)
            picture = _upright(opened)
            return Prepared(_file(picture), _file(picture, SMALL))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except Problem:
        raise
    except Exception as error:  # a broken file raises whatever its decoder stumbles over
        raise NotAPicture from error


def _check_size(opened: "Image") -> None:
    """What its head says, before anything is decoded."""
    if opened.width * opened.height > MOST_PIXELS:
        raise PictureTooLarge


def _upright(opened: "Image") -> "Image":
    """At most LARGE on a side, turned as the camera was held, in colours that WebP knows."""
    from PIL import ImageOps

    picture = opened if opened.mode in ("RGB", "RGBA", "L") else opened.convert("RGBA")
    picture.thumbnail((LARGE, LARGE))
    turned: Image = ImageOps.exif_transpose(picture)
    return turned


def _file(picture: "Image", longest: int = LARGE) -> bytes:
    from PIL import Image

    plain = Image.new(picture.mode, picture.size)  # has the pixels alone
    plain.paste(picture)
    plain.thumbnail((longest, longest))
    file = BytesIO()
    plain.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def keep(session: Session, picture: Prepared, now: datetime) -> str:
    """Where a browser finds it from now on. The same picture is kept once. Not committed."""
    digest = picture.digest
    values = {"digest": digest, "large": picture.large, "small": picture.small, "created_at": now}
    if insert_once(session, Picture, values) is None:
        session.execute(sa.update(Picture).where(Picture.digest == digest).values(created_at=now))
    return f"/pictures/{digest}.webp"


def file(session: Session, digest: str, *, small: bool) -> bytes:
    """A WebP file. Raises NotFound."""
    content = session.scalar(sa.select(Picture.small if small else Picture.large).where(Picture.digest == digest))
    if content is None:
        raise NotFound
    return content


def forget(session: Session, now: datetime) -> str | None:
    """Delete pictures that nothing shows a week after their upload. Committed."""
    url = "/pictures/" + Picture.digest + ".webp"
    is_shown = sa.exists().where(Item.image_url == url) | sa.exists().where(ShopProfile.logo_url == url)
    is_shown |= sa.exists().where(ShopPage.text.contains(Picture.digest))
    return delete(session, Picture, Picture.created_at < before(now, UNUSED_DAYS), ~is_shown)
