"""What callers send and get about to-dos."""

from typing import Any

import msgspec

from app.web.api import Id, Line


class NewTodo(msgspec.Struct, frozen=True):
    title: Line
    done: bool = False


class TodoChange(msgspec.Struct, frozen=True):
    title: Line | None = None
    done: bool | None = None


class TodoOut(msgspec.Struct, frozen=True):
    """`order_id` is set where it says "Hand over order …"; it is done when that order is handed over."""

    id: Id
    title: str
    done: bool
    order_id: Id | None

    @classmethod
    def of(cls, todo: Any) -> "TodoOut":
        """From a Todo or a row of its columns."""
        return cls(todo.id, todo.title, todo.done, todo.order_id)


class TodoDeleted(msgspec.Struct, frozen=True):
    deleted: bool
