"""People in a shop: most look around, some sign in, a few buy. `make load` starts the shop and lets them in.

By hand: `KIOSK_LOAD='{"people": ["ada"], "password": "…", "provider": "http://127.0.0.1:9000"}' locust -f` this file,
against a shop that has these people and this simulator, and trusts X-Forwarded-For, since its limits count addresses.
"""

import json
import os
import random
import time
from uuid import uuid4

from locust import HttpUser, between, events, task
from locust.env import Environment

SHOP = json.loads(os.environ["KIOSK_LOAD"])

LOOKS = 10
FAILURES = 0.002
"""The share of requests that may fail."""

MILLISECONDS = {
    ("/api/items", "GET"): 1500,
    ("/api/items/[id]", "GET"): 1500,
    ("/api/session", "POST"): 2000,
    ("/api/orders", "POST"): 2000,
}
"""What 95 of 100 requests stay under, on two cores that the load itself shares."""


class Visitor(HttpUser):
    wait_time = between(0.2, 1.0)

    def on_start(self) -> None:
        address = ".".join(["10", *(str(random.randint(1, 250)) for _ in range(3))])
        self.client.trust_env = False
        self.client.headers.update({"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": address})
        self.signed_in = False
        found = self.client.get("/api/items?per_page=100", name="/api/items").json()
        self.items = [each["id"] for each in found["items"]]

    @task(10)
    def browse(self) -> None:
        self.client.get(f"/api/items?page={random.randint(1, 3)}", name="/api/items")
        self.client.get(f"/api/items/{random.choice(self.items)}", name="/api/items/[id]")

    @task(4)
    def search(self) -> None:
        word = random.choice(["lamp", "item 1", "nothing like it"])
        self.client.get("/api/items", params={"q": word}, name="/api/items?q=")

    @task(1)
    def sign_in(self) -> None:
        who = {"username": random.choice(SHOP["people"]), "password": SHOP["password"]}
        answer = self.client.post("/api/session", json=who, name="/api/session")
        self.signed_in = answer.ok

    @task(3)
    def look_at_orders(self) -> None:
        if self.signed_in:
            self.client.get("/api/orders", name="/api/orders")

    @task(3)
    def buy(self) -> None:
        """Orders, pays at the provider, whose message comes on its own way, and comes back."""
        if not self.signed_in:
            self.sign_in()
        lines = [{"item_id": item, "quantity": 1} for item in random.sample(self.items, 2)]
        key = {"Idempotency-Key": uuid4().hex}
        answer = self.client.post("/api/orders", json={"lines": lines}, headers=key, name="/api/orders")
        if answer.status_code == 201:
            self._pay(answer.json())

    def _pay(self, order: dict) -> None:
        session = order["checkout_url"].rpartition("/")[2]
        page = f"{SHOP['provider']}/_control/sessions/{session}/pay"
        paid = self.client.post(page, json={}, name="(the provider's page)").json()
        back = "/" + paid["session"]["success_url"].split("/", 3)[3]
        self.client.get(back, name="/checkout/return/[attempt]", allow_redirects=False)
        self._await_paid(f"/api/orders/{order['id']}")

    def _await_paid(self, order: str) -> None:
        """At once, unless somebody else is settling the order at this moment, such as for the provider's message."""
        for look in range(LOOKS):
            with self.client.get(order, name="/api/orders/[id]", catch_response=True) as answer:
                if not answer.ok or answer.json()["status"] == "paid":
                    return
                if look == LOOKS - 1:
                    answer.failure("paid at the provider, and not in the shop")
            time.sleep(1)  # gevent's: nobody else waits


@events.quitting.add_listener
def judge(environment: Environment, **_: object) -> None:
    """The run fails where too much did, or where people waited too long."""
    total = environment.stats.total
    wrong = [] if total.num_requests else ["nobody came"]
    if total.fail_ratio > FAILURES:
        wrong.append(f"{total.fail_ratio:.1%} of all requests failed, and {FAILURES:.1%} may")
    for (path, method), most in MILLISECONDS.items():
        took = environment.stats.get(path, method).get_response_time_percentile(0.95)
        if took > most:
            wrong.append(f"{method} {path} took {took:.0f} ms at the 95th percentile, and {most} ms is the most")
    for each in wrong:
        print(f"FAILED: {each}")
    if wrong:
        environment.process_exit_code = 1
