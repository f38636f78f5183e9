"""What callers send and get about to-dos."""

from typing import Any

import msgspec

from app.checkout.schemas import Buyer, ShippingAddress
from app.runtime.languages import Language, retold
from app.web.api import Id, Name


class NewTodo(msgspec.Struct, frozen=True):
    title: Name
    done: bool = False


class TodoChange(msgspec.Struct, frozen=True):
    title: Name | None = None
    done: bool | None = None


class TodoOut(msgspec.Struct, frozen=True):
    """`order_id` is set where it says "Hand over order …"; it is done when that order is handed over.

    From `buyer` on it is as the order has it: for staff, of an order's to-do alone.
    """

    id: Id
    title: str
    done: bool
    order_id: Id | None
    buyer: Buyer | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    phone: str | msgspec.UnsetType | None = msgspec.UNSET
    shipping_address: ShippingAddress | msgspec.UnsetType | None = msgspec.UNSET

    @classmethod
    def of(cls, todo: Any, language: Language) -> "TodoOut":
        """From a Todo or a row of its columns; of an order's from a row of `service.WITH_ORDER`.

        What a user wrote stays as it is in each language.
        """
        if todo.order_id is None:
            return cls(todo.id, todo.title, todo.done, None)
        return cls(
            todo.id,
            retold(todo.title, language),
            todo.done,
            todo.order_id,
            Buyer(todo.buyer_id, todo.buyer_username, todo.buyer_name, todo.buyer_email),
            todo.note,
            todo.phone,
            todo.shipping_address and ShippingAddress(**todo.shipping_address),
        )


class TodoDeleted(msgspec.Struct, frozen=True):
    deleted: bool
