"""Icons of the shop: drawn from the owner's logo, or those of the page's build where there is none."""

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec
from flask import request
from werkzeug.wrappers import Response

from app.runtime.db import db
from app.runtime.errors import NotFound
from app.shop import pictures, service
from app.web import frontend, packed
from app.web.api import Access, Api
from app.web.first_answer import Link

if TYPE_CHECKING:
    from PIL.Image import Image

KEPT = 3600
"""Seconds. Pages name an icon with its version, so that a new logo is seen at once."""


class Form(msgspec.Struct, frozen=True):
    """A square of so many pixels, of whose side the logo takes so much.

    `is_filled`: with the colour of the header behind the logo, for phones, which paint black what is transparent.
    """

    side: int
    logo: float = 1
    is_filled: bool = False


FORMS = {
    "favicon.ico": Form(48),
    "apple-touch-icon.png": Form(180, 0.8, is_filled=True),
    "icons/192.png": Form(192),
    "icons/512.png": Form(512),
    "icons/maskable.png": Form(512, 0.56, is_filled=True),
}
"""A phone may cut any shape out of a maskable one: the logo keeps within the circle that stays.

https://www.w3.org/TR/appmanifest/#icon-masks
"""

LOGO = "icons/logo.png"
"""The logo as it is, for the payment page: https://docs.stripe.com/get-started/account/branding"""

LOGO_SIDES = (128, 400)
"""Least and most pixels of its sides. More could exceed the 512 kB that the provider takes."""

CLEAR = (0, 0, 0, 0)

routes = Api("icons")


def version(logo_url: str | None, colour: str) -> str:
    """Of the icons drawn from this logo; empty where it was not uploaded."""
    digest = _digest(logo_url)
    return digest and digest + colour.removeprefix("#")


def _digest(logo_url: str | None) -> str:
    """Of the logo; empty where it was not uploaded."""
    match = pictures.ADDRESS.fullmatch((logo_url or "").removesuffix(".webp"))
    return match[1] if match else ""


def links(logo_url: str | None, colour: str) -> tuple[Link, ...]:
    """The icons that a page names, for browsers; those of the build where the owner has no logo."""
    if drawn := version(logo_url, colour):
        return (
            Link("icon", _address("favicon.ico", drawn), "48x48"),
            Link("icon", _address("icons/192.png", drawn), "192x192", "image/png"),
            Link("apple-touch-icon", _address("apple-touch-icon.png", drawn)),
        )
    return (Link("icon", logo_url),) if logo_url else ()


def large(logo_url: str | None, colour: str) -> str:
    """The address of the shop's picture where a page has none of its own, as messengers show it."""
    drawn = version(logo_url, colour)
    return logo_url if logo_url and not drawn else _address("icons/512.png", drawn)


def in_manifest(logo_url: str | None, colour: str) -> list[dict[str, str]]:
    """https://www.w3.org/TR/appmanifest/#icons-member"""
    drawn = version(logo_url, colour)
    if logo_url and not drawn:
        return [{"src": logo_url, "sizes": "any"}]
    small, full, maskable = (_address(f"icons/{name}.png", drawn) for name in ("192", "512", "maskable"))
    return [
        {"src": small, "sizes": "192x192", "type": "image/png"},
        {"src": full, "sizes": "512x512", "type": "image/png"},
        {"src": maskable, "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]


def _address(name: str, drawn: str) -> str:
    return f"/{name}?v={drawn}" if drawn else f"/{name}"


@routes.get("/favicon.ico", access=Access.ALL)
def show_tab_icon() -> Response:
    """The icon of a browser's tab."""
    return _icon("favicon.ico")


@routes.get("/apple-touch-icon.png", access=Access.ALL)
def show_touch_icon() -> Response:
    """The icon on a phone's home screen, where the phone reads no manifest."""
    return _icon("apple-touch-icon.png")


@routes.get("/icons/<slug:name>.png", access=Access.ALL)
def show_icon(name: str) -> Response:
    """An icon that the manifest names, or the logo as the payment page shows it."""
    return _icon(f"icons/{name}.png")


def _icon(name: str) -> Response:
    """Raises NotFound."""
    if name not in (*FORMS, LOGO):
        raise NotFound
    profile = service.profile(db.session())
    digest = _digest(profile.logo_url)
    if not digest:
        return packed.send(frontend.DIST, name, max_age=KEPT)
    kind = "image/vnd.microsoft.icon" if name.endswith(".ico") else "image/png"
    response = Response(_of_logo(digest, name, profile.primary_colour), mimetype=kind)
    if name == LOGO:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # another site shows it
    response.cache_control.public = True
    response.cache_control.max_age = KEPT
    response.add_etag()
    response.make_conditional(request)
    return response


@lru_cache(maxsize=2 * len(FORMS))  # those of one logo, and of the one before
def _of_logo(digest: str, name: str, colour: str) -> bytes:
    """Raises NotFound."""
    return drawn(pictures.file(db.session(), digest, small=False), name, colour)


def drawn(logo: bytes, name: str, colour: str) -> bytes:
    """The file of this name in FORMS, or LOGO, from a picture that `decoding` made."""
    from PIL import Image

    with Image.open(BytesIO(logo)) as opened:
        picture = opened.convert("RGBA")
    made = _large_enough(picture) if name == LOGO else _in_square(picture, FORMS[name], colour)
    file = BytesIO()
    if name.endswith(".ico"):
        made.save(file, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    else:
        made.save(file, "PNG", optimize=True)
    return file.getvalue()


def _large_enough(picture: "Image") -> "Image":
    """The whole picture, with LOGO_SIDES."""
    from PIL import ImageOps

    least, most = LOGO_SIDES
    picture = ImageOps.contain(picture, (most, most))
    width, height = picture.size
    return _centred(picture, (max(width, least), max(height, least)), CLEAR)


def _in_square(picture: "Image", form: Form, colour: str) -> "Image":
    from PIL import ImageOps

    inside, size = round(form.side * form.logo), (form.side, form.side)
    picture = ImageOps.contain(picture, (inside, inside))
    return _centred(picture, size, colour).convert("RGB") if form.is_filled else _centred(picture, size, CLEAR)


def _centred(picture: "Image", size: tuple[int, int], behind: str | tuple[int, ...]) -> "Image":
    from PIL import Image

    width, height = size
    made = Image.new("RGBA", size, behind)
    made.alpha_composite(picture, ((width - picture.width) // 2, (height - picture.height) // 2))
    return made
