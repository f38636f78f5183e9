from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.orders.models import Order
from app.runtime.db import BigId, Model, Moment, utcnow
from app.users.models import User


class Todo(Model):
    """A line on a user's own list, or, with an order and without a user, on the list that staff share.

    Migration 0023 makes an index in the order of the lists: the open ones first, then the newest first.
    """

    __tablename__ = "todos"
    __table_args__ = (sa.CheckConstraint("(user_id IS NULL) <> (order_id IS NULL)", name="one_owner"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey(User.id, ondelete="CASCADE"), index=True)
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Order.id), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    done: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment, default=utcnow)
