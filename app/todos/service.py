"""To-dos: added, ticked and dropped by their owner; those of orders are ticked by staff."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth.guard import owned
from app.checkout import service as checkout
from app.orders.models import Order
from app.runtime import languages
from app.runtime.db import read, table, write
from app.runtime.errors import Conflict
from app.runtime.statements import Statement
from app.todos.models import Todo
from app.users.models import User
from app.users.signed_in import SignedInUser
from app.web.long_lists import SortOrder
from app.web.paging import Page, Paging, paged_by_id


class BelongsToOrder(Conflict):
    error = "todo_belongs_to_order"
    detail = "This to-do comes from an order: it is done when the order is handed over, and stays."


OPEN_AND_NEWEST = (Todo.done, -Todo.id)
"""What to-dos are sorted by."""

_has_id = Todo.id == sa.bindparam("todo_id")
_by_id = Statement(sa.select(*table(Todo).c).where(_has_id))
_insert = Statement(sa.insert(table(Todo)).returning(*table(Todo).c), "user_id", "title", "done", "created_at")

WITH_ORDER = (
    sa.select(
        *table(Todo).c,
        *(table(Order).c[name] for name in ("note", "phone", "shipping_address")),
        *(table(User).c[name].label(f"buyer_{name}") for name in ("id", "username", "name", "email")),
    )
    .select_from(table(Todo))
    .outerjoin(table(Order), table(Order).c.id == table(Todo).c.order_id)
    .outerjoin(table(User), table(User).c.id == table(Order).c.user_id)
)
"""To-dos as staff see them: an order's with who bought, what they wrote and where it goes. A user's own has none."""

_with_order_by_id = Statement(WITH_ORDER.where(_has_id))


def listed(session: Session, user: SignedInUser, paging: Paging) -> Page[Any]:
    """Rows of to-dos, the open ones first, then the newest first. Raises TooManyRequests."""
    query = WITH_ORDER if user.is_staff else sa.select(*table(Todo).c)
    return paged_by_id(
        session, query, seen_by(user), paging, SortOrder(OPEN_AND_NEWEST, is_unique=True), has_landmarks=True
    )


def seen_by(user: SignedInUser) -> sa.Select[*tuple[Any, ...]]:
    """The whole list of which `listed` reads a page: ids, and the values by which they are sorted."""
    visible = Todo.user_id == user.id
    if user.is_staff:
        visible |= Todo.order_id.is_not(None)
    return sa.select(Todo.id, *OPEN_AND_NEWEST).where(visible)


def shown(todo_id: int, user: SignedInUser) -> Any:
    """The row of a to-do. Raises NotFound as `get`."""
    query = _with_order_by_id if user.is_staff else _by_id
    return _seen(next(iter(read(query, {"todo_id": todo_id})), None), user)


def get(session: Session, todo_id: int, user: SignedInUser) -> Todo:
    """A to-do that is to be changed. Raises NotFound unless it is the user's, or an order's and the user is staff."""
    todo: Todo = _seen(session.get(Todo, todo_id), user)
    return todo


def _seen(todo: Any, user: SignedInUser) -> Any:
    return owned(todo, user, staff=todo is not None and todo.order_id is not None)


def add(user: SignedInUser, title: str, *, done: bool, now: datetime) -> Any:
    """The row of the new to-do. Committed already: one statement that is a transaction by itself."""
    [todo] = write(_insert, {"user_id": user.id, "title": title, "done": done, "created_at": now})
    return todo


def change(
    session: Session, todo_id: int, user: SignedInUser, *, title: str | None, done: bool | None, now: datetime
) -> Any:
    """To tick an order's to-do is to hand the order over. None leaves a value as it is. Returns as `shown`.

    Raises NotFound; BelongsToOrder where an order's to-do would be renamed or opened again; and as
    `checkout.service.fulfil`.
    """
    todo = get(session, todo_id, user)
    if todo.order_id is not None:
        if title not in _unchanged_titles(todo) or (todo.done and done is False):
            raise BelongsToOrder
        if done and not todo.done:
            checkout.fulfil(session, todo.order_id, now)
        session.flush()
        return shown(todo_id, user)
    todo.title = todo.title if title is None else title
    todo.done = todo.done if done is None else done
    return todo


def _unchanged_titles(todo: Todo) -> tuple[str | None, ...]:
    """Titles that change nothing: none, the stored one, and the stored one in the caller's language."""
    return None, todo.title, languages.retold(todo.title, languages.asked())


def drop(session: Session, todo_id: int, user: SignedInUser) -> None:
    """Raises NotFound, BelongsToOrder."""
    todo = get(session, todo_id, user)
    if todo.order_id is not None:
        raise BelongsToOrder
    session.delete(todo)


def forget(user: User, session: Session) -> None:
    """Delete the list of a user whose account is being closed: a listener of `users.signals.leaving`."""
    session.execute(sa.delete(Todo).where(Todo.user_id == user.id))
