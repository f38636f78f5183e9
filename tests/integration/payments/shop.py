"""A shop with one lamp on the shelf, and what its buyer, the provider and the sweep do there."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from flask import Flask

from app import db
from app.models import (
    Attempt,
    Event,
    Hold,
    Item,
    Order,
    Outgoing,
    Payment,
    Refund,
    Todo,  # feature: todos
)
from app.payments.backfill import backfill
from app.payments.sweep import Report, sweep
from app.runtime.async_bridge import bridge
from app.runtime.db import writing
from simulators.payments.control import SESSIONS, Control
from tests.integration.conftest import sign_in
from tests.integration.factories import make_item, make_user
from tests.processes import wait_for

MOMENTS = ("created_at", "first_sent_at", "next_try_at", "lease_until", "expires_at", "hold_until")


EFFECTS: tuple[Callable[["Shop"], int], ...] = (
    lambda shop: sum(mail.kind == "receipt" for mail in shop.rows(Outgoing)),
    lambda shop: len(shop.rows(Todo)),  # feature: todos
)
"""Each paid order has one of each."""


class Shop:
    """`http` reaches it, in this process or in another; `app` is on the same database, for looking and arranging."""

    def __init__(self, app: Flask, http: httpx.Client, control: Control, *, on_hand: int = 3) -> None:
        self.app, self.http, self.control = app, http, control
        with app.app_context():
            self.lamp = make_item("Lamp", price=8900, on_hand=on_hand).id
        self.signed_in("alice")

    # People

    def signed_in(self, name: str, role: str = "customer") -> None:
        """From now on `http` is this person's browser."""
        with self.app.app_context():
            cookie = sign_in(self.app, make_user(name, role=role)).get_cookie("kiosk")
        self.http.cookies.set("kiosk", cookie.value)

    def place(self, key: str = "once", quantity: int = 1) -> httpx.Response:
        body = {"lines": [{"item_id": self.lamp, "quantity": quantity}]}
        return self.http.post("/api/orders", json=body, headers={"Idempotency-Key": key})

    def check_out(self) -> httpx.Response:
        return self.http.post(f"{self.where}/checkout")

    def cancel(self) -> httpx.Response:
        return self.http.post(f"{self.where}/cancel")

    def come_back(self) -> httpx.Response:
        """From the payment page of the newest attempt."""
        return self.http.get(f"/checkout/return/{self.attempt.idem_key}")

    def pay(self, session: str = "", **how: Any) -> None:
        """At the provider; nobody has told the shop yet."""
        self.control.pay(session or self.attempt.session_id, **how)

    def meanwhile(self, act: Callable[[], httpx.Response]) -> "Future[httpx.Response]":
        """On a thread of its own; not where `http` reaches an application that lives on one connection."""
        threads = ThreadPoolExecutor(1)
        pending = threads.submit(act)
        threads.shutdown(wait=False)
        return pending

    def await_call(self, method: str = "POST", path: str = SESSIONS, **equal: Any) -> None:
        """Until the provider has had a call that is like this; its `status` is None while it is under way."""

        def there() -> bool:
            calls = self.control.calls(method, path)
            return any(all(call[name] == value for name, value in equal.items()) for call in calls)

        wait_for(there, f"{method} {path} {equal}")

    # What is to be seen

    @property
    def where(self) -> str:
        """The first order."""
        return f"/api/orders/{self.rows(Order)[0].id}"

    @property
    def found(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(self.where).raise_for_status().json()
        return answer

    @property
    def status(self) -> str:
        return str(self.found["status"])

    @property
    def stock(self) -> tuple[int, int]:
        """(on hand, available)"""
        item = self.http.get(f"/api/items/{self.lamp}").raise_for_status().json()
        return item["on_hand"], item["available"]

    @property
    def attempt(self) -> Attempt:
        return self.rows(Attempt)[-1]

    @property
    def tried(self) -> list[str]:
        """What became of each attempt."""
        return [each.status for each in self.rows(Attempt)]

    @property
    def money(self) -> list[tuple[str, int]]:
        """(disposition, amount) of each payment"""
        return [(each.disposition, each.amount) for each in self.rows(Payment)]

    @property
    def given_back(self) -> list[tuple[str, int]]:
        return [(each.status, each.amount) for each in self.rows(Refund)]

    @property
    def effects(self) -> int | None:
        """How many orders had the effects of being paid. None where one effect was counted more often than another.

        Each is counted by itself: None too while an order becomes paid in another process.
        """
        numbers = {count(self) for count in EFFECTS}
        return numbers.pop() if len(numbers) == 1 else None

    @property
    def sessions(self) -> list[str]:
        """The states of all sessions that the provider has made."""
        return [each["status"] for each in self.control.listed("sessions")]

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The calls that could make a session."""
        return self.control.calls("POST", SESSIONS)

    def rows(self, model: Any) -> list[Any]:
        with self.app.app_context():
            return list(db.session.scalars(sa.select(model).order_by(*sa.inspect(model).primary_key)))

    def in_line(self) -> bool:
        """Whether what is held is what orders hold, and nothing was sold that was not there."""
        held = sum(hold.quantity for hold in self.rows(Hold) if hold.state == "held")
        [lamp] = (item for item in self.rows(Item) if item.id == self.lamp)
        return bool(lamp.held == held and 0 <= held <= lamp.on_hand)

    # Time, and those who work behind the counter

    def sweep(self, *, whole: bool = True) -> list[dict[str, Any]]:
        """What changed by it. Not `whole`: only what is due."""
        with self.app.app_context(), writing():
            report = bridge.run(sweep(db.session(), self.app.extensions["gateway"], Report(), whole=whole))
        return report.mended

    def fetch_events(self) -> int:
        with self.app.app_context(), writing():
            return bridge.run(backfill(db.session(), self.app.extensions["gateway"])).new

    def let_pass(self, **time: float) -> None:
        """So much time passes, here and at the provider."""
        for model in (Attempt, Order, Refund, Event):
            self._age(model, timedelta(**time))
        self.control.advance(timedelta(**time).total_seconds())

    def _age(self, model: Any, by: timedelta) -> None:
        with self.app.app_context(), writing():
            for row in db.session.scalars(sa.select(model)):
                for name in MOMENTS:
                    if getattr(row, name, None) is not None:
                        setattr(row, name, getattr(row, name) - by)
            db.session.commit()

    def change_stock(self, on_hand: int) -> None:
        self.change(Item, on_hand=on_hand)

    def change(self, model: Any, **values: Any) -> None:
        """In every row, behind everybody's back."""
        with self.app.app_context(), writing():
            db.session.execute(sa.update(model).values(**values))
            db.session.commit()
