"""To-dos: added, ticked, dropped by their owner; those of orders by staff."""

from typing import Any

import sqlalchemy as sa
from blinker import signal
from sqlalchemy.orm import Session

from app.auth.guard import owned
from app.runtime.errors import Conflict
from app.todos.models import Todo
from app.users.models import User
from app.web.paging import Page, Paging, paged

order_handed_over = signal("order-handed-over")
"""Sent with the to-do that staff ticked; whoever knows orders does the rest, in the same transaction."""


class BelongsToOrder(Conflict):
    error = "todo_belongs_to_order"
    detail = "This to-do comes from an order: it is done when the order is handed over, and stays."


def listed(session: Session, user: User, paging: Paging) -> Page[Any]:
    """Rows of to-dos, the open ones first, then by age."""
    whose = Todo.user_id == user.id
    if user.is_staff:
        whose |= Todo.order_id.is_not(None)
    query = sa.select(*Todo.__table__.columns).where(whose)
    return paged(session, query.order_by(Todo.done, Todo.id.desc()), paging)


def get(session: Session, todo_id: int, user: User) -> Todo:
    """Raises NotFound where it is neither the user's nor, for staff, an order's."""
    todo = session.get(Todo, todo_id)
    return owned(todo, user, staff=todo is not None and todo.order_id is not None)


def add(session: Session, user: User, title: str, *, done: bool) -> Todo:
    todo = Todo(user_id=user.id, title=title, done=done)
    session.add(todo)
    session.flush()
    return todo


def change(session: Session, todo_id: int, user: User, *, title: str | None, done: bool | None) -> Todo:
    """Raises NotFound, or BelongsToOrder where an order's to-do would be renamed or taken back."""
    todo = get(session, todo_id, user)
    if todo.order_id is not None:
        if title not in (None, todo.title) or (todo.done and done is False):
            raise BelongsToOrder
        if done and not todo.done:
            order_handed_over.send(todo, session=session, user=user)
        return todo
    todo.title = todo.title if title is None else title
    todo.done = todo.done if done is None else done
    return todo


def drop(session: Session, todo_id: int, user: User) -> None:
    todo = get(session, todo_id, user)
    if todo.order_id is not None:
        raise BelongsToOrder
    session.delete(todo)


def forget(user: User, session: Session) -> None:
    """Listens to `users.leaving`."""
    session.execute(sa.delete(Todo).where(Todo.user_id == user.id))
