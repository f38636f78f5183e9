"""Rows for tests, made with what matters to the test at hand; the rest is filled in. Each is committed."""

from itertools import count
from typing import Any

from app import db
from app.models import (
    Attempt,  # feature: shop
    Item,  # feature: shop
    Order,  # feature: shop
    OrderLine,  # feature: shop
    User,
)
from app.runtime.db import utcnow  # feature: shop

_numbers = count(1)
PASSWORD = "lantern-tide-77-orchard"


def make_user(
    username: str = "",
    *,
    password: str = "",
    email: str = "",
    verified: bool = True,
    role: str = "customer",
    **more: Any,
) -> User:
    """Hashing a password takes its time: without one the user cannot sign in by password, which few tests need."""
    username = username or f"user-{next(_numbers)}"
    email = email or f"{username}@example.com"
    user = User(
        username=username,
        email=email,
        verified_email=email.lower() if verified else None,
        verified_in_session=verified,
        role=role,
        **more,
    )
    if password:
        user.set_password(password)
    return saved(user)


# feature: shop {
def make_item(name: str = "", *, price: int | None = 1250, on_hand: int = 10, **more: Any) -> Item:
    """`price` is in minor units; None makes a draft."""
    return saved(Item(name=name or f"Item {next(_numbers)}", price=price, on_hand=on_hand, **more))


def make_order(user: User, *items: Item, status: str = "pending", **more: Any) -> Order:
    """One of each item, at its price, with an attempt that is open; nothing is set aside and nobody is asked."""
    number = next(_numbers)
    lines = [OrderLine(item_id=each.id, name=each.name, quantity=1, unit_price=each.price) for each in items]
    order = Order(
        user_id=user.id,
        idempotency_key=f"key-{number}",
        request_hash="",
        status=status,
        total=sum(each.price or 0 for each in items),
        units=len(lines),
        currency="EUR",
        hold_until=utcnow(),
        lines=lines,
        **more,
    )
    saved(order)
    names = {"seq": 1, "idem_key": f"key-{number}", "body": "", "api_version": ""}
    saved(Attempt(order_id=order.id, expires_at=utcnow(), status="open", **names))
    return order


# }


def saved(row: Any) -> Any:
    db.session.add(row)
    db.session.commit()
    return row
