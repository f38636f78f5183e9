"""Buyers, and staff who refund: each purchase a small story, told over real HTTP to whichever server answers."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from flask import Flask

from app import db
from app.auth import opaque_tokens, sessions
from app.models import User
from app.runtime.db import utcnow
from simulators.payments.control import Control

PATIENCE = 30
"""Seconds in which a buyer tries again before they give up."""

DECLINED = "4000000000000002"
CODES, COUNTRIES = ("WELCOME10", "FREE100", ""), ("AT", "CH", "US")
FATES = {
    "paid": 44,
    "declined": 10,
    "abandoned": 10,
    "cancelled": 10,
    "paid and cancelled at once": 8,
    "delayed": 8,
    "two tabs": 8,
    "another amount": 2,
}


@dataclass
class Figures:
    """What buyers saw."""

    counts: Counter[str] = field(default_factory=Counter)
    keys: dict[str, int] = field(default_factory=dict)
    """The order that was acknowledged under each Idempotency-Key."""
    wrong: list[str] = field(default_factory=list)

    def note_order(self, key: str, order_id: int) -> None:
        if self.keys.setdefault(key, order_id) != order_id:
            self.wrong.append(f"key {key} led to the orders {self.keys[key]} and {order_id}")


class Crowd:
    """`cookies` are signed-in browsers, `staff` those of staff; `items` are (id, scarce).

    `fates` says how often what becomes of a purchase; each of them has `pause` seconds between two.

    Without `keep_alive` each request has a connection of its own: a proxy that is told to change closes those that
    wait for another, and what is sent at that very moment is torn (RFC 9112, 9.3.1). Browsers send it again by
    themselves; httpx does not.
    """

    def __init__(
        self,
        urls: list[str],
        control: Control,
        cookies: list[str],
        staff: list[str],
        items: list[tuple[int, bool]],
        fates: dict[str, int] = FATES,
        pause: float = 0,
        *,
        keep_alive: bool = True,
    ) -> None:
        self.urls, self.control, self.cookies, self.staff, self.items = urls, control, cookies, staff, items
        self.fates, self.pause = fates, pause
        self.figures, self.over = Figures(), threading.Event()
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=64 if keep_alive else 0)
        self.http = httpx.Client(timeout=15, trust_env=False, verify=False, limits=limits)
        self.side = ThreadPoolExecutor(64)

    def shop(self, orders: int, threads: int, seed: int) -> None:
        """Until so many orders are placed, or it is `over`."""
        numbers = itertools.count()

        def stroll() -> None:
            while not self.over.is_set() and len(self.figures.keys) < orders:
                number = next(numbers)
                Purchase(self, random.Random(f"{seed} {number}"), f"{seed}-{number}").run()
                self.over.wait(self.pause)

        with ThreadPoolExecutor(threads) as pool:
            for each in [pool.submit(stroll) for _ in range(threads)]:
                each.result()
        self.side.shutdown()
        self.http.close()

    def ask(
        self, rng: random.Random, cookie: str, method: str, path: str, *, key: str = "", json: Any = None
    ) -> httpx.Response | None:
        """Asks again, another server, where one is away or has no answer; None where nobody has one."""
        until = time.monotonic() + PATIENCE
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"kiosk={cookie}"}
        while time.monotonic() < until and not self.over.is_set():
            self.figures.counts["requests"] += 1
            try:
                url = rng.choice(self.urls) + path
                answer = self.http.request(method, url, json=json, headers=headers | ({"Idempotency-Key": key}))
            except httpx.TransportError as error:
                self.figures.counts["torn requests"] += 1
                self.figures.counts[f"torn by {error!r} at {method} {path}"] += 1
            else:
                if answer.status_code == httpx.codes.UNAUTHORIZED:
                    self.figures.wrong.append(f"{method} {path}: somebody who was signed in no longer is")
                if not answer.is_server_error:
                    return answer
                self.figures.counts[f"answers {answer.status_code}"] += 1
            time.sleep(rng.uniform(0.1, 0.6))
        self.figures.counts["requests given up"] += 1
        return None

    def at_provider(self, act: Callable[[], Any]) -> Any:
        """What a buyer does on the provider's page; it may be down for a moment, or refuse."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not self.over.is_set():
            try:
                return act()
            except httpx.HTTPStatusError:
                return None  # paid, over or gone already
            except httpx.TransportError:
                time.sleep(0.3)
        return None


class Purchase:
    def __init__(self, crowd: Crowd, rng: random.Random, key: str) -> None:
        self.crowd, self.rng, self.key = crowd, rng, key
        self.cookie = rng.choice(crowd.cookies)
        self.id, self.session = 0, ""

    def run(self) -> None:
        if not self.place():
            return
        fate = self.rng.choices(list(self.crowd.fates), list(self.crowd.fates.values()))[0]
        self.crowd.figures.counts[fate] += 1
        if fate != "abandoned":
            self.find_page()
        acts = {
            "paid": self.pay,
            "declined": self.decline,
            "cancelled": self.cancel,
            "paid and cancelled at once": self.race,
            "delayed": self.pay_later,
            "two tabs": self.two_tabs,
            "another amount": self.pay_another_amount,
        }
        acts.get(fate, lambda: None)()
        if self.rng.random() < 0.5:
            self.come_back()
        if fate in ("paid", "two tabs") and self.rng.random() < 0.3:
            Staff(self).refund()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        return self.crowd.ask(self.rng, self.cookie, method, path, **more)

    def basket(self) -> list[dict[str, int]]:
        scarce = self.rng.random() < 0.3
        wanted = [item for item, is_scarce in self.crowd.items if scarce or not is_scarce]
        chosen = self.rng.sample(wanted, self.rng.randint(1, 3))
        return [{"item_id": item, "quantity": self.rng.randint(1, 3)} for item in chosen]

    def place(self) -> bool:
        """Now and then by a double click."""
        order = {"lines": self.basket()}
        clicks = 2 if self.rng.random() < 0.15 else 1
        rngs = [random.Random(self.rng.random()) for _ in range(clicks)]
        asked = [
            self.crowd.side.submit(self.crowd.ask, rng, self.cookie, "POST", "/api/orders", key=self.key, json=order)
            for rng in rngs
        ]
        for answer in (each.result() for each in asked):
            if answer is None:
                continue
            if answer.is_success:
                self.id = answer.json()["id"]
                self._see(answer)
                self.crowd.figures.note_order(self.key, self.id)
            else:
                self.crowd.figures.counts[f"refused: {answer.json().get('error')}"] += 1
        return bool(self.id)

    def _see(self, answer: httpx.Response | None) -> None:
        if answer is not None and answer.is_success and (url := answer.json().get("checkout_url")):
            self.session = url.rpartition("/")[2]

    def find_page(self) -> None:
        """Where to pay; a buyer who was told to wait looks again."""
        for _ in range(8):
            if self.session or self.crowd.over.is_set():
                return
            time.sleep(self.rng.uniform(0.3, 1.5))
            self._see(self.ask("GET", f"/api/orders/{self.id}"))
            if not self.session:
                self._see(self.ask("POST", f"/api/orders/{self.id}/checkout"))

    def choose(self) -> None:
        """Some of what the payment page offers."""
        chosen = {"shipping_rate": "shr_express", "code": self.rng.choice(CODES), "country": self.rng.choice(COUNTRIES)}
        some = {name: value for name, value in chosen.items() if self.rng.random() < 0.5}
        self.crowd.at_provider(lambda: self.crowd.control.choose(self.session, **some))

    def pay(self, card: str | None = None, amount: int | None = None) -> None:
        if self.session:
            if self.rng.random() < 0.5:
                self.choose()
            self.crowd.at_provider(lambda: self.crowd.control.pay(self.session, card, amount=amount))

    def decline(self) -> None:
        self.pay(DECLINED)
        if self.rng.random() < 0.5:
            self.pay()

    def cancel(self) -> None:
        self.ask("POST", f"/api/orders/{self.id}/cancel")

    def race(self) -> None:
        cancelled = self.crowd.side.submit(self.cancel)
        time.sleep(self.rng.uniform(0, 0.05))
        self.pay()
        cancelled.result()

    def pay_later(self) -> None:
        if not self.session:
            return
        self.crowd.at_provider(lambda: self.crowd.control.pay_later(self.session))
        if self.rng.random() < 0.4:
            self.come_back()
        if self.rng.random() < 0.3:
            self.cancel()
        time.sleep(self.rng.uniform(0, 3))
        if (answer := self.rng.random()) < 0.8:
            self.crowd.at_provider(lambda: self.crowd.control.settle(self.session, succeed=answer < 0.6))

    def two_tabs(self) -> None:
        """Both tabs ask where to pay, and both pay."""
        first = self.crowd.side.submit(self.pay)
        second = Purchase(self.crowd, random.Random(self.rng.random()), self.key)
        second.id, second.cookie = self.id, self.cookie
        second.find_page()
        second.pay()
        first.result()

    def pay_another_amount(self) -> None:
        """The provider takes something else than it was asked to; then, perhaps, the buyer pays anew."""
        self.pay(amount=self.rng.randint(1, 5000))
        self.come_back()
        self.session = ""
        self.find_page()
        self.pay()

    def come_back(self) -> None:
        """The return page, for whom it is known: here the buyer looks at the order and asks for its page."""
        if self.session:
            found = self.crowd.at_provider(lambda: self.crowd.control.api.get(f"/v1/checkout/sessions/{self.session}"))
            with suppress(KeyError, ValueError, AttributeError):
                self.ask("GET", "/" + found.json()["success_url"].split("/", 3)[3])
        self.ask("GET", f"/api/orders/{self.id}")


class Staff:
    """What staff do with an order: refunds, whole and in parts, twice by the same key and once by two; handing over."""

    def __init__(self, purchase: Purchase) -> None:
        self.crowd, self.rng, self.order = purchase.crowd, purchase.rng, purchase.id
        self.cookie, self.key = purchase.rng.choice(purchase.crowd.staff), purchase.key

    def refund(self) -> None:
        if self.rng.random() < 0.4:
            self.crowd.ask(self.rng, self.cookie, "POST", f"/api/orders/{self.order}/fulfil")
        amount = self.rng.choice([None, None, 100, 250])
        wish = {"amount": amount, "restock": self.rng.random() < 0.3} if amount else {}
        keys = [self.key, self.rng.choice([self.key, f"{self.key}-2"])]
        rngs = [random.Random(self.rng.random()) for _ in keys]
        asked = [
            self.crowd.side.submit(
                self.crowd.ask, rng, self.cookie, "POST", f"/api/orders/{self.order}/refunds", key=key, json=wish
            )
            for rng, key in zip(rngs, keys, strict=True)
        ]
        for answer in (each.result() for each in asked):
            if answer is not None and answer.status_code == httpx.codes.CONFLICT and self.rng.random() < 0.5:
                self.crowd.ask(self.rng, self.cookie, "POST", f"/api/orders/{self.order}/cancel")  # it may be free
            if answer is not None:
                said = "made" if answer.is_success else answer.json().get("error")
                self.crowd.figures.counts[f"refund {said}"] += 1


def sign_in(app: Flask, name: str, role: str) -> str:
    """The cookie of a browser that is signed in, without the cost of a password."""
    token = opaque_tokens.generate()
    user = User(username=name, email=f"{name}@example.com", role=role)
    db.session.add(user)
    db.session.flush()
    sessions.begin(db.session(), user, utcnow(), None, token)
    db.session.commit()
    return token
