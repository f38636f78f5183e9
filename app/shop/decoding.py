"""An uploaded file becomes a picture to show: decoded within bounds, upright, small enough, in the forms of WebP.

It is made anew from the pixels, so nothing else of the upload is in it, such as where it was taken.
"""

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec

from app.runtime.errors import Invalid, Problem

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 10 * 1024 * 1024
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 50_000_000, "WEBP": 16_000_000, "GIF": 16_000_000}
"""By format: a decoder of WebP or GIF takes some twenty bytes for each pixel, whatever the size of the file."""

MOST_SAMPLES = 160_000_000
"""Pixels times colours."""

MOST_SCANS = 100
"""Of a JPEG: each is a pass over the whole picture, and may be as short as 75 bytes."""

SCAN = b"\xff\xda"
LARGE, SMALL = 1600, 480
"""Longest sides in pixels."""

QUALITY = 80
HEAD = 30
"""Bytes of a WebP file that tell its size."""


class NotAPicture(Invalid):
    error = "not_a_picture"
    detail = "This cannot be read as a picture. Send a JPEG, PNG, WebP or GIF file that a browser shows."


class PictureTooLarge(Invalid):
    error = "picture_too_large"
    detail = "This picture has too many pixels: JPEG and PNG may have 50 million, WebP and GIF 16."


class Prepared(msgspec.Struct, frozen=True):
    """The two files of a picture, both WebP."""

    large: bytes
    small: bytes

    @property
    def digest(self) -> str:
        return hashlib.blake2b(self.large, digest_size=16).hexdigest()


def prepared(data: bytes) -> Prepared:
    """The picture in `data`; takes some hundred megabytes for a moment. Raises NotAPicture, PictureTooLarge."""
    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=list(MOST_PIXELS)) as opened:
            _check(opened, data)
            picture = _upright(opened)
            return Prepared(_file(picture), _file(picture, SMALL))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except Problem:
        raise
    except Exception as error:  # a broken file raises whatever its decoder stumbles over
        raise NotAPicture from error


def size(head: bytes) -> tuple[int, int]:
    """Width and height in pixels of a file that `prepared` made, by its first HEAD bytes.

    VP8X, which one with transparency has: https://www.rfc-editor.org/rfc/rfc9649#section-2.7
    VP8, all others: https://www.rfc-editor.org/rfc/rfc6386#section-9.1
    """
    if head[12:16] == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width, height


def _check(opened: "Image", data: bytes) -> None:
    """By what its head says, before anything is decoded."""
    pixels = opened.width * opened.height
    if pixels > MOST_PIXELS[opened.format or ""] or pixels * len(opened.getbands()) > MOST_SAMPLES:
        raise PictureTooLarge
    if opened.format == "JPEG" and data.count(SCAN) > MOST_SCANS:
        raise NotAPicture


def _upright(opened: "Image") -> "Image":
    """At most LARGE on a side, turned as the camera was held, in colours that WebP knows."""
    from PIL import ImageOps

    picture = opened
    if opened.mode.startswith("I"):  # 16 bits of grey
        picture = opened.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    elif opened.mode not in ("RGB", "RGBA", "L", "CMYK") or "transparency" in opened.info:
        picture = opened.convert("RGBA")
    picture.thumbnail((LARGE, LARGE))
    turned: Image = ImageOps.exif_transpose(picture)
    return turned.convert("RGB") if turned.mode == "CMYK" else turned


def _file(picture: "Image", longest: int = LARGE) -> bytes:
    from PIL import Image

    plain = Image.new(picture.mode, picture.size)  # has the pixels alone
    plain.paste(picture)
    plain.thumbnail((longest, longest))
    file = BytesIO()
    plain.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
