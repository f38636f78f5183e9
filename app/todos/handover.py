"""Staff's list of orders to hand over: listeners of `orders.signals`, in the transaction that changes the order."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.runtime.languages import Sentence
from app.todos.models import Todo


def add(order: Order, session: Session, now: datetime) -> None:
    """The order is paid: exactly one to-do says to hand it over. The database allows one."""
    title = Sentence("Hand over order {number}", number=order.number)
    session.add(Todo(order_id=order.id, title=str(title), created_at=now))


def finish(order: Order, session: Session) -> None:
    """The order is handed over."""
    _mark(session, order, done=True)


def review(order: Order, session: Session, *, is_due: bool) -> None:
    """The to-do is open while the order is to be handed over."""
    _mark(session, order, done=not is_due)


def _mark(session: Session, order: Order, *, done: bool) -> None:
    session.execute(sa.update(Todo).where(Todo.order_id == order.id).values(done=done))
