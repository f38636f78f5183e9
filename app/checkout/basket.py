"""What a buyer wants to order: which items, and whether their sum can be paid."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from app.items.models import Item
from app.orders import service as orders
from app.payments import attempts
from app.runtime.db import table
from app.runtime.errors import Conflict, FieldError, Invalid, Unauthorized
from app.runtime.languages import Sentence
from app.runtime.statements import Statement
from app.stripe import currencies
from app.users.models import User
from app.users.signed_in import SignedInUser

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


@lru_cache(128)
def _query(number: int) -> Statement:
    """Of so many items, with what else an order is made of beside each. It locks the user.

    It reads what was there before it waited for the lock: not an order of theirs that was placed meanwhile. So
    `orders.create` looks again.
    """
    items, users = table(Item), table(User)
    wanted = items.c.id.in_([sa.bindparam(_nth(place), type_=items.c.id.type) for place in range(number)])
    columns = (items.c[name] for name in ("id", "name", "price", "on_hand", "withdrawn_at"))
    return Statement(
        sa.select(*columns, orders.UNDER_KEY, *attempts.FACTS)
        .select_from(users.outerjoin(items, wanted))
        .where(users.c.id == sa.bindparam("user_id", type_=users.c.id.type), users.c.active)
        .order_by(items.c.id)
        .with_for_update(key_share=True, of=users)
    )


def _nth(place: int) -> str:
    return f"item_{place}"


def ask(connection: sa.Connection, user: SignedInUser, key: str, quantities: Mapping[int, int]) -> list[Any]:
    """Rows of the items, at least one, each with `placed`, the order under this key, and `attempts.FACTS`.

    It locks the user: from here on their orders wait for each other, until the transaction ends. Raises Unauthorized.
    """
    wanted = {_nth(place): item_id for place, item_id in enumerate(quantities)}
    asked = {**wanted, "user_id": user.id, "idempotency_key": key}
    items = _query(len(wanted)).execute(connection, asked)
    if not items:  # the account was closed, or barred, just now
        raise Unauthorized
    return items


def lines(items: Sequence[Any], quantities: Mapping[int, int]) -> list[tuple[Any, int]]:
    """The items, as `ask` gives them, with their quantities. Raises NotOnSale."""
    if len(items) < len(quantities) or any(item.price is None or item.withdrawn_at for item in items):
        raise NotOnSale
    return [(item, quantities[item.id]) for item in items]


def total(wanted: list[tuple[Any, int]], currency: str) -> int:
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
