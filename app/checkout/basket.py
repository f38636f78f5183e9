"""What a buyer wants to order: reads the items, and checks that they are on sale and that their sum can be paid."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from app.items.models import Item
from app.orders import placing
from app.payments import attempts
from app.runtime.db import table
from app.runtime.errors import Conflict, FieldError, Invalid, Unauthorized
from app.runtime.languages import Sentence
from app.runtime.statements import Statement, in_list, list_values
from app.stripe import currencies
from app.users.models import User
from app.users.signed_in import SignedInUser

log = logging.getLogger(__name__)

_items, _users = table(Item), table(User)


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


class OrderFacts(NamedTuple):
    """What an order needs to know before it is placed."""

    placed: int | None
    """The id of the order that was placed under the same key before, if any."""

    of_attempt: Any
    """A row with the columns of `attempts.FACTS`."""

    items: Sequence[Any]
    """Rows of the items that there are, by id."""


def lock_and_read(connection: sa.Connection, user: SignedInUser, key: str, quantities: Mapping[int, int]) -> OrderFacts:
    """Lock the user, and read what an order under this key needs. Raises Unauthorized.

    Two orders of one user are placed one after the other: the second waits for the lock until the first one's
    transaction ends. What it reads here may be as it was before it waited, so `placing.create` looks for an order under
    the key again.
    """
    values = {"user_id": user.id, "idempotency_key": key, **list_values(_items.c.id, quantities)}
    rows = _lock_and_read(len(quantities)).execute(connection, values)
    if not rows:  # the account was closed or deactivated just now
        raise Unauthorized
    # The join has one row without an item where it found none.
    return OrderFacts(rows[0].placed, rows[0], [row for row in rows if row.id is not None])


@lru_cache(128)
def _lock_and_read(number: int) -> Statement:
    """For this number of items. One query for all that an order needs: docs/performance.md counts the round trips."""
    columns = (_items.c[name] for name in ("id", "name", "price", "on_hand", "withdrawn_at"))
    return Statement(
        sa.select(*columns, placing.UNDER_KEY, *attempts.FACTS)
        .select_from(_users.outerjoin(_items, in_list(_items.c.id, number)))
        .where(_users.c.id == sa.bindparam("user_id", type_=_users.c.id.type), _users.c.active)
        .order_by(_items.c.id)
        .with_for_update(key_share=True, of=_users)
    )


def lines(items: Sequence[Any], quantities: Mapping[int, int]) -> list[tuple[Any, int]]:
    """The items, as `lock_and_read` returns them, with their quantities. Raises NotOnSale."""
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
