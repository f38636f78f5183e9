"""A Kiosk that somebody deployed: who signs in there, what a run may do there, and what it has to take back."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Response, expect

from tests.e2e.shop import Shop, exactly

SIMULATED = "this provider is a simulator"
CARD = {"cc-number": "4242424242424242", "cc-exp": "12/40", "cc-csc": "123", "cc-name": "Smoke Run"}
"""Fields of a payment page by what they tell the browser to fill in: there the provider's and the simulator's agree."""

MOST_PAGES = 20  # of to-dos; open ones come first, so that a done one may be far down
ORDER = re.compile(r"/api/orders/(\d+)$")


@dataclass(frozen=True)
class Person:
    """With a password they sign in at Kiosk; without one they are somebody to choose at the simulator."""

    name: str
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Plan:
    """What `kiosk smoke` was told, in the variables that it reads too."""

    customer: Person
    staff: Person
    provider: str
    item: str
    test_cards: bool


def plan() -> Plan:
    given = {name: os.environ.get(f"SMOKE_{name}", "") for name in ("CUSTOMER", "STAFF", "PROVIDER", "ITEM")}
    return Plan(
        Person(given["CUSTOMER"] or "Ada Lovelace", os.environ.get("SMOKE_CUSTOMER_PASSWORD", "")),
        Person(given["STAFF"] or "Grace Hopper", os.environ.get("SMOKE_STAFF_PASSWORD", "")),
        given["PROVIDER"],
        given["ITEM"] or "Postcard from the kiosk",
        os.environ.get("SMOKE_TEST_CARDS", "") == "1",
    )


class Visit:
    """One person's browser at the deployed shop. It remembers its order, and what scripts complained of."""

    def __init__(self, shop: Shop, url: str) -> None:
        self.shop, self.url = shop, url
        self.order_id = ""
        self.complaints: list[str] = []
        shop.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        shop.page.on("response", self._look_at)

    def _look_at(self, response: Response) -> None:
        if response.request.method == "POST" and response.url == f"{self.url}/api/orders":
            placed = ORDER.search(response.headers.get("location", ""))
            self.order_id = placed[1] if placed else ""
        if response.url.startswith(self.url) and response.status >= 500:
            path = response.url.removeprefix(self.url).partition("?")[0]  # a query carries codes of sign-ins
            self.complaints.append(f"{response.request.method} {path}: {response.status}")

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Names the step that failed, and what the browser had to say about it."""
        try:
            yield
            assert not self.complaints, "the page went on, but not well"
        except (AssertionError, Error) as error:
            reason = str(error).partition("\n")[0]
            said = f" (the browser: {'; '.join(self.complaints[:3])})" if self.complaints else ""
            raise AssertionError(f"cannot {what}: {reason}{said}") from error

    def sign_in(self, person: Person, provider: str) -> None:
        shop = self.shop
        if person.password:
            shop.sign_in_with_password(person.name, person.password)
        else:
            shop.go_to("/sign-in")
            button = re.compile(rf"^Continue with {re.escape(provider)}")
            shop.page.get_by_role("link", name=button).first.click()
            self._leave_shop()
            choice = shop.page.get_by_role("button", name=f"Continue as {person.name}")
            mend = "name others, or give passwords"
            assert choice.is_visible(), f"nobody called {person.name} can be chosen at the provider: {mend}"
            choice.click()
        expect(shop.page.get_by_role("link", name=re.compile("^Profile of "))).to_be_visible()

    def wait_for_payment_page(self) -> bool:
        """Whether it is the simulator's."""
        self._leave_shop()
        return self.shop.page.get_by_text(SIMULATED).is_visible()

    def _leave_shop(self) -> None:
        """Waits for a page of somebody else's, and until it is whole."""
        self.shop.page.wait_for_url(lambda url: not url.startswith(self.url))
        self.shop.page.wait_for_load_state("load")

    def pay_by_test_card(self) -> None:
        page = self.shop.page
        for kind, value in CARD.items():
            box = page.locator(f"input[autocomplete~={kind}]").first
            if kind != "cc-name" or box.is_visible():
                box.fill(value)
        email = page.locator("input[type=email]").first
        if email.is_visible() and email.is_editable() and not email.input_value():
            email.fill("smoke@example.com")
        page.locator("input[autocomplete~=cc-csc]").first.press("Enter")

    def see_todo(self, order: str, status: str) -> None:
        for number in range(1, MOST_PAGES + 1):
            self.shop.go_to(f"/todos?page={number}")
            self.shop.see_loaded()
            found = self.shop.page.get_by_role("listitem").filter(
                has=self.shop.page.get_by_role("link", name=exactly(order))
            )
            if found.count():
                expect(found).to_have_count(1)
                expect(found.get_by_text(status, exact=True)).to_be_visible()
                return
        raise AssertionError(f"order {order} is on no list of to-dos")

    # Behind the page: for taking back what a run that failed has left

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer of the API, to whoever is signed in in this browser."""
        headers = {"Origin": self.url, "Idempotency-Key": secrets.token_hex(16)}
        answer = self.shop.page.request.fetch(self.url + path, method=method, data=body, headers=headers)
        return answer.json() if answer.ok else {}

    def leave(self) -> None:
        self.call("DELETE", "/api/session")


def take_back(customer: Visit, staff: Visit) -> str:
    """Money goes back, what was not paid is cancelled, nobody stays signed in. Says what is left, if anything is."""
    path = f"/api/orders/{customer.order_id}"
    if customer.order_id:
        order = customer.call("GET", path)
        if order.get("status") == "paid":
            staff.call("POST", f"{path}/fulfil")
        if order.get("refundable"):
            staff.call("POST", f"{path}/refunds", {"restock": True})
        elif order.get("status") in ("pending", "processing"):
            customer.call("POST", f"{path}/cancel")
        order = customer.call("GET", path)
        settled = order.get("status") in ("cancelling", "cancelled") or order.get("refundable") == 0
        left = "" if settled else f"order {order.get('number', customer.order_id)} is left: refund or cancel it by hand"
    else:
        left = ""
    customer.leave()
    staff.leave()
    return left
