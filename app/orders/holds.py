"""Stock set aside, sold, or given back: always by an UPDATE that carries its own condition."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.items.models import Item
from app.orders.models import Hold, Order


class SoldOut(Conflict):
    error = "sold_out"
    detail = "There are not enough of these left."


def take(session: Session, order_id: int, quantities: Mapping[int, int]) -> None:
    """Set stock aside, in the order of the items' ids, so that no two orders wait for each other.

    Read first and write then, and 32 buyers get five units between them 32 times. Raises SoldOut.
    """
    held = []
    for item_id, quantity in sorted(quantities.items()):
        fits = Item.on_hand - Item.held >= quantity
        taken = session.execute(_adjust(item_id, held=quantity).where(fits))
        if taken.rowcount == 0:  # type: ignore[attr-defined]
            raise SoldOut
        held.append({"order_id": order_id, "item_id": item_id, "quantity": quantity, "state": "held"})
    if held:
        session.execute(sa.insert(Hold), held)


def consume(session: Session, order: Order) -> None:
    """The order is paid: what was set aside for it leaves the shelf."""
    for hold in _standing(order):
        session.execute(_adjust(hold.item_id, held=-hold.quantity, on_hand=-hold.quantity))
        hold.state = "consumed"


def release(session: Session, order: Order) -> None:
    """The order will not be paid: what was set aside for it is for sale again."""
    for hold in _standing(order):
        session.execute(_adjust(hold.item_id, held=-hold.quantity))
        hold.state = "released"


def _standing(order: Order) -> list[Hold]:
    return [hold for hold in order.holds if hold.state == "held"]


def _adjust(item_id: int, *, held: int, on_hand: int = 0) -> sa.Update:
    changes = sa.update(Item).where(Item.id == item_id).execution_options(synchronize_session=False)
    changes = changes.values(held=Item.held + held)
    return changes.values(on_hand=Item.on_hand + on_hand) if on_hand else changes
