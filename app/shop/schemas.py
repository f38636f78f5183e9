"""What callers send and get about the shop itself."""

from typing import Annotated

import msgspec

from app.items.schemas import Picture
from app.runtime.config import Settings
from app.shop import markdown
from app.shop.models import ShopPage, ShopProfile
from app.stripe import currencies
from app.web.api import END, STORABLE, Name, ShortName

Colour = Annotated[str, msgspec.Meta(pattern=rf"^#[0-9a-f]{{6}}{END}", examples=["#0d4a4a"])]
TimeZone = Annotated[
    str, msgspec.Meta(max_length=64, description="A name of the IANA database", examples=["Europe/Berlin"])
]
Lines = Annotated[str, msgspec.Meta(max_length=1000, pattern=STORABLE)]


class Colours(msgspec.Struct, frozen=True):
    """`primary` is the colour of header, links and buttons, `accent` of the awning and of price tags."""

    primary: str
    accent: str


class NewColours(msgspec.Struct, frozen=True, omit_defaults=True):
    primary: Colour | msgspec.UnsetType = msgspec.UNSET
    accent: Colour | msgspec.UnsetType = msgspec.UNSET


class ShopChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """`delivery` tells buyers how they get what they bought, and `contact`, with which mails end, how they reach it.

    What is left out stays.
    """

    name: ShortName | msgspec.UnsetType = msgspec.UNSET
    contact: Lines | msgspec.UnsetType = msgspec.UNSET
    delivery: Lines | msgspec.UnsetType = msgspec.UNSET
    logo_url: Picture | msgspec.UnsetType | None = msgspec.UNSET
    colours: NewColours | msgspec.UnsetType = msgspec.UNSET
    time_zone: TimeZone | msgspec.UnsetType = msgspec.UNSET


class PageTitle(msgspec.Struct, frozen=True):
    slug: str
    title: str


class PictureSize(msgspec.Struct, frozen=True):
    """In pixels."""

    width: int
    height: int


class ShopOut(msgspec.Struct, frozen=True):
    """The shop: what its owner has set, the currency of every price (ISO 4217), and how long an order may stay unpaid.

    `currency_digits`: how many digits of a price stand after the point. They are the payment provider's, which differ
    from ISO 4217's. `pages` are those that the owner has written, by title. `adds_shipping` and `adds_tax`: the payment
    page works them out, and an order has neither before it is paid. `logo_size` is null of a logo from elsewhere.
    """

    name: str
    currency: str
    currency_digits: int
    hold_minutes: int
    contact: str
    delivery: str
    logo_url: str | None
    logo_size: PictureSize | None
    colours: Colours
    time_zone: str
    pages: list[PageTitle]
    adds_shipping: bool
    adds_tax: bool

    @classmethod
    def of(
        cls, profile: ShopProfile, pages: list[PageTitle], logo_size: PictureSize | None, settings: Settings
    ) -> "ShopOut":
        return cls(
            profile.name,
            settings.currency,
            currencies.digits(settings.currency),
            settings.hold_minutes,
            profile.contact,
            profile.delivery,
            profile.logo_url,
            logo_size,
            Colours(profile.primary_colour, profile.accent_colour),
            profile.time_zone or settings.time_zone,
            pages,
            bool(settings.shipping_rates),
            settings.automatic_tax,
        )


class NewPage(msgspec.Struct, frozen=True):
    """`text` is Markdown, in which HTML is text like any other."""

    title: Name
    text: Annotated[str, msgspec.Meta(max_length=50_000, pattern=STORABLE)]


class PageOut(msgspec.Struct, frozen=True):
    """`html` is made of the Markdown in `text`, and safe to show."""

    slug: str
    title: str
    text: str
    html: str

    @classmethod
    def of(cls, page: ShopPage, sizes: markdown.Sizes) -> "PageOut":
        return cls(page.slug, page.title, page.text, markdown.html(page.text, sizes))


class PageDeleted(msgspec.Struct, frozen=True):
    deleted: bool


class PictureOut(msgspec.Struct, frozen=True):
    """Where a browser finds the picture, for `image_url` of an item or `logo_url` of the shop."""

    url: str
