"""What a buyer wants to order: which items, and whether their sum can be paid."""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import Item
from app.runtime.db import table
from app.runtime.errors import Conflict, FieldError, Invalid
from app.runtime.languages import Sentence
from app.stripe import currencies

log = logging.getLogger(__name__)


class AmountTooSmall(Invalid):
    error = "amount_too_small"
    detail = "The payment provider does not take so small a sum. Nothing was charged; order a little more."

    @classmethod
    def below(cls, minimum: int, currency: str) -> "AmountTooSmall":
        words = Sentence(
            "The payment provider takes no sum below {least}: order a little more.",
            least=currencies.written(minimum, currency),
        )
        return cls(words, errors=[FieldError("lines", words)])


class NotOnSale(Conflict):
    error = "not_on_sale"
    detail = "One of these items is not on sale."


def fingerprint(quantities: Mapping[int, int], note: str | None) -> str:
    """The same for the same quantities by item id, in any order, and the same note."""
    wanted = sorted(quantities.items())
    return hashlib.sha256(msgspec.json.encode([wanted, note] if note else wanted)).hexdigest()


def query(*beside: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """For `lines`. `beside` is read with each of the items."""
    items = table(Item).c
    wanted = items.id.in_(sa.bindparam("items", expanding=True))
    return sa.select(*items, *beside).where(wanted).order_by(items.id)


def lines(
    session: Session, query: sa.Select[Any], quantities: Mapping[int, int], **beside: object
) -> list[tuple[sa.Row[Any], int]]:
    """Rows of the items, with their quantities. `beside` is what else `query` asks for. Raises NotOnSale."""
    items = session.execute(query, {"items": list(quantities), **beside}).all()
    if len(items) < len(quantities) or any(item.price is None or item.withdrawn_at for item in items):
        raise NotOnSale
    return [(item, quantities[item.id]) for item in items]


def total(wanted: list[tuple[sa.Row[Any], int]], currency: str) -> int:
    """The sum in minor units. Raises AmountTooSmall, or Invalid for another sum that the provider would refuse."""
    for item, _ in wanted:
        if words := currencies.fault(item.price or 0, currency):  # it was entered for another currency
            log.warning("item %s cannot be sold at its price: %s", item.id, words)
            wrong = Sentence("{item} cannot be sold at its price: the shop has to correct it.", item=item.name)
            raise Invalid.field("lines", wrong)
    amount = sum((item.price or 0) * quantity for item, quantity in wanted)
    if amount > currencies.maximum(currency):
        raise Invalid.field("lines", "This is more than can be paid at once.")
    if amount < (minimum := currencies.minimum(currency)):
        raise AmountTooSmall.below(minimum, currency)
    return amount
