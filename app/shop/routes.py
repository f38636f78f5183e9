from typing import Any

import msgspec
from werkzeug.wrappers import Response

from app.runtime import deadline
from app.runtime.config import settings
from app.runtime.db import db, utcnow
from app.runtime.errors import NotFound, StaleVersion
from app.shop import decoding, markdown, pictures, service
from app.shop.decoding import NotAPicture, PictureTooLarge, prepared
from app.shop.schemas import NewPage, PageDeleted, PageOut, PictureOut, PictureSize, ShopChange, ShopOut
from app.web import at_once, preconditions
from app.web.api import Access, Api, Encoded
from app.web.limits import TooManyRequests

routes = Api("shop")


@routes.get("/api/shop", access=Access.ALL, etag=True)
def show_shop() -> ShopOut:
    """The shop: its name, colours and pages, its currency, and how long it sets stock aside for an unpaid order."""
    session = db.session()
    profile = service.profile(session)
    logo = pictures.sizes(session, profile.logo_url or "")
    size = next((PictureSize(width, height) for path, width, height in logo if profile.logo_url == path), None)
    return ShopOut.of(profile, service.titles(session), size, settings())


@routes.patch("/api/shop", access=Access.STAFF, confirmed=True, headers=("If-Match",), raises=(StaleVersion,))
def change_shop(body: ShopChange) -> Encoded[ShopOut]:
    """Change some of what the owner sets."""
    service.lock(db.session())
    preconditions.check(lambda: Encoded.of(show_shop()))
    service.change(db.session(), _columns(body))
    return Encoded.of(show_shop())


def _columns(body: ShopChange) -> dict[str, Any]:
    given: dict[str, Any] = msgspec.to_builtins(body)
    colours = given.pop("colours", {})
    return given | {f"{name}_colour": value for name, value in colours.items()}


@routes.get("/api/pages/<slug:slug>", access=Access.ALL, etag=True)
def show_page(slug: str) -> PageOut:
    """A page that the owner has written, such as the imprint."""
    page = service.page(db.session(), slug)
    return PageOut.of(page, pictures.sizes(db.session(), page.text))


@routes.put(
    "/api/pages/<slug:slug>",
    access=Access.STAFF,
    confirmed=True,
    headers=("If-Match", "If-None-Match"),
    raises=(service.TooManyPages, StaleVersion),
)
def write_page(slug: str, body: NewPage) -> Encoded[PageOut]:
    """Write a page, new or anew. Its slug is its name in addresses. With `If-None-Match: *` it replaces none."""
    sizes = pictures.sizes(db.session(), body.text)
    markdown.html(body.text, sizes)  # is kept: nothing is locked while it is made
    service.lock(db.session())
    preconditions.check(lambda: _as_it_is(slug))
    return Encoded.of(PageOut.of(service.put_page(db.session(), slug, body.title, body.text), sizes))


@routes.delete(
    "/api/pages/<slug:slug>", access=Access.STAFF, confirmed=True, headers=("If-Match",), raises=(StaleVersion,)
)
def delete_page(slug: str) -> PageDeleted:
    """Take a page away."""
    service.lock(db.session())
    preconditions.check(lambda: _as_it_is(slug))
    service.delete_page(db.session(), slug)
    return PageDeleted(True)


def _as_it_is(slug: str) -> Encoded[PageOut] | None:
    try:
        return Encoded.of(show_page(slug))
    except NotFound:
        return None


@routes.post(
    "/api/pictures",
    access=Access.STAFF,
    status=201,
    takes=decoding.TYPES,
    max_body=decoding.MOST_BYTES,
    raises=(NotAPicture, PictureTooLarge, TooManyRequests),
)
def add_picture(body: bytes) -> PictureOut:
    """Upload a picture: the file as it is. It is turned upright, made small enough, and stripped of what it tells."""
    db.session.commit()  # nothing is locked while it is decoded
    with at_once.UPLOADS.turn():
        picture = prepared(body)
    deadline.renew()
    return PictureOut(pictures.keep(db.session(), picture, utcnow()))


@routes.get("/pictures/<digest:digest>.webp", access=Access.ALL)
def show_picture(digest: str) -> Response:
    """An uploaded picture."""
    return _file(digest, small=False)


@routes.get("/pictures/<digest:digest>-small.webp", access=Access.ALL)
def show_small_picture(digest: str) -> Response:
    """An uploaded picture, as small as lists show it."""
    return _file(digest, small=True)


def _file(digest: str, *, small: bool) -> Response:
    """It never changes: its name is its hash."""
    response = Response(pictures.file(db.session(), digest, small=small), mimetype="image/webp")
    response.cache_control.public = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    return response
