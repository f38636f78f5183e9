from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.constraints import index_where, one_of
from app.runtime.db import BigId, Model, Moment, utcnow
from app.users.models import User

ItemAction = Literal["added", "changed", "withdrawn"]

SET_ASIDE = "held > 0"
THERE = "withdrawn_at IS NULL"
SORTED = "category IS NOT NULL"
ON_SALE = "withdrawn_at IS NULL AND price IS NOT NULL"
FEW_LEFT = f"{ON_SALE} AND on_hand - held <= 5"  # so many or fewer run out soon
"""Conditions of indexes. A query has to repeat one literally for the database to use its index."""


class Item(Model):
    """An item on offer. Without a price it is a draft; without `on_hand` its stock is unlimited.

    It is never deleted, since orders name it: it is withdrawn, and no list shows it any more. Migration 0016 makes an
    index of its words.
    """

    __tablename__ = "items"
    __table_args__ = (
        sa.CheckConstraint("held >= 0 AND (on_hand IS NULL OR held <= on_hand)", name="stock"),
        sa.CheckConstraint("price > 0", name="price"),
        sa.Index("ix_items_price", "price", "id"),
        index_where("ix_items_category", "category", "name", "id", condition=SORTED),
        index_where("ix_items_set_aside", "id", condition=SET_ASIDE),
        index_where("ix_items_there", "name", "id", condition=THERE),
        index_where("ix_items_on_sale", "name", "id", condition=ON_SALE),
        index_where("ix_items_few_left", "id", condition=FEW_LEFT),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    price: Mapped[int | None] = mapped_column(sa.BigInteger)
    """In minor units of the shop's currency."""
    on_hand: Mapped[int | None] = mapped_column(sa.BigInteger)
    held: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """How many of those on hand are set aside for unpaid orders."""
    image_url: Mapped[str | None] = mapped_column(sa.String(2000))
    category: Mapped[str | None] = mapped_column(sa.String(100))
    version: Mapped[int] = mapped_column(default=1)
    """Grows with each change by staff; a sale does not change it."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)


class Catalogue(Model):
    """One row. Triggers of the migrations write it."""

    __tablename__ = "catalogue"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(sa.String(64))
    """Random. A new one after each change of an item, unless only `on_hand` or `held` has changed."""


class ItemChangeEntry(Model):
    """What a member of staff did to an item. Entries are never deleted."""

    __tablename__ = "item_changes"
    __table_args__ = (one_of("action", ItemAction),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey(Item.id), index=True)
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id))
    action: Mapped[ItemAction] = mapped_column(sa.String(16))
    changes: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """By field: the value before, and the value after."""
