"""What staff get of the shop at a glance."""

from datetime import date

import msgspec

from app.orders.models import OrderStatus
from app.payments.schemas import Finding
from app.web.api import Id


class Day(msgspec.Struct, frozen=True):
    """A day of `time_zone`: how many orders were paid, what came for them and what went back, in minor units."""

    day: date
    orders: int
    amount: int
    refunded: int


class LowStock(msgspec.Struct, frozen=True):
    """An item on sale of which few are left. `available`: on hand, and not set aside for orders."""

    id: Id
    name: str
    on_hand: int
    available: int


class Needs(msgspec.Struct, frozen=True):
    """How much needs a person: `hand_over` orders that are paid, `findings`, and `mails` that were given up."""

    hand_over: int
    findings: int
    mails: int


class Dashboard(msgspec.Struct, frozen=True):
    """`orders` counts those in each state. `days` are the last 30, the oldest first, in the shop's currency.

    They begin and end as in `time_zone`, the shop's.

    `low_stock` has the items that are next to run out. `findings` are the oldest that are not closed.
    """

    currency: str
    currency_digits: int
    time_zone: str
    orders: dict[OrderStatus, int]
    days: list[Day]
    low_stock: list[LowStock]
    needs: Needs
    findings: list[Finding]
