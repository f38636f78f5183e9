"""Webhooks: signed events, posted until they are taken.

Source: https://docs.stripe.com/webhooks and https://docs.stripe.com/webhooks#verify-manually. Each is signed
with every secret that is current, delivered at least once and in no certain order, and retried with growing
delay for three days of the simulator's time. The signature's time is real time: a receiver compares it
with its own clock.
"""

import copy
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import httpx

from simulators.payments import endpoints, events, versions
from simulators.payments.protocol import Resource
from simulators.payments.provider import Provider
from simulators.store import dumps

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
WORKERS, MOST_AT_ONCE = 4, 32
FIRST_DELAY, LONGEST_DELAY = 1.0, 3600.0  # seconds
NAP = 0.5  # seconds
TAKEN = 2  # hundreds: any 2xx, and nothing else, not even a redirect

Forgery = Literal["secret", "body", "header", "scheme", "reserialised"]
"""What is wrong with a forged one: signed with a wrong secret, body changed after signing, no header,
no v1 signature, body written anew (same JSON, other bytes) after signing."""


def sign(body: bytes, secrets: Iterable[str], at: int) -> str:
    """The value of Stripe-Signature."""
    message = str(at).encode() + b"." + body
    marks = [hmac.new(secret.encode(), message, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


def encode(event: Resource) -> bytes:
    """The body. Indented, as Stripe's are: a receiver that re-serialises it before it verifies fails."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


def spoil(body: bytes, secrets: tuple[str, ...], at: int, how: Forgery | None) -> tuple[bytes, str | None]:
    """Body and signature header of a delivery, forged where asked for."""
    header: str | None = sign(body, secrets, at)
    if how == "secret":
        header = sign(body, ["whsec_this_is_not_the_secret"], at)
    elif how == "scheme":
        header = sign(body, secrets, at).replace("v1=", "v0=")
    elif how == "header":
        header = None
    elif how == "body":
        event = json.loads(body)
        event.get("data", {}).get("object", event)["amount_total"] = 1
        body = encode(event)
    elif how == "reserialised":
        body = dumps(json.loads(body)).encode()
    return body, header


class Sender:
    """Delivers what `events.put_up` puts down."""

    def __init__(self, provider: Provider) -> None:
        self._provider, self._store = provider, provider.store
        self._client = httpx.Client(timeout=TIMEOUT, trust_env=False, headers={"User-Agent": "Stripe/1.0"})
        self._sending: set[str] = set()

    def start(self) -> None:
        for number in range(WORKERS):
            threading.Thread(target=self._work, name=f"webhooks {number}", daemon=True).start()

    def rules(self) -> Resource:
        """How webhooks are treated at the moment; see the control API."""
        standing = {"mode": "send", "types": None, "copies": 1, "skew": 0, "forge": None, "thin": False}
        return {**standing, **self._store["meta"].get("webhooks", {})}

    def send(
        self, event: Resource, *, skew: float = 0, forge: Forgery | None = None, endpoint: str | None = None
    ) -> Resource:
        """Posts it once, now. {at, status, error, seconds}; status None where there was no answer."""
        url, secrets = endpoints.target(self._provider, endpoint)
        if url is None:
            return {"at": time.time(), "status": None, "error": "no address for webhooks", "seconds": 0.0}
        began = time.time()
        body, signature = spoil(encode(event), secrets, int(began + skew), forge)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if signature is not None:
            headers["Stripe-Signature"] = signature
        status, error = None, None
        try:
            status = self._client.post(url, content=body, headers=headers).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            error = f"{type(failure).__name__}: {failure}"
        return {"at": began, "status": status, "error": error, "seconds": round(time.time() - began, 4)}

    def send_many(
        self,
        event: Resource,
        targets: Iterable[str | None],
        copies: int,
        *,
        skew: float = 0,
        forge: Forgery | None = None,
        thin: bool = False,
    ) -> list[Resource]:
        """The same one several times at once to each of these endpoints, as `endpoints.wanting` names them.

        What `send` tells of each, with its `endpoint`.
        """
        orders = [(name, self._formed(event, name, thin=thin)) for name in targets for _ in range(copies)]

        def send(order: tuple[str | None, Resource]) -> Resource:
            name, formed = order
            return {**self.send(formed, skew=skew, forge=forge, endpoint=name), "endpoint": name}

        with ThreadPoolExecutor(max_workers=max(1, min(len(orders), MOST_AT_ONCE))) as pool:
            answers = list(pool.map(send, orders))
        for answer in answers:
            self._provider.witness.resent(event, answer, forge)
        return answers

    def _formed(self, event: Resource, endpoint: str | None, *, thin: bool) -> Resource:
        """In the thin form where that is ordered, or where the endpoint is one for thin events."""
        return events.thin(event) if thin or self._provider.note(endpoint or "").get("payload") == "thin" else event

    def deliver(self, name: str) -> Resource | None:
        """Makes one try at a delivery and keeps what came of it; None after a reset. The caller has claimed it."""
        with self._store as store:
            delivery, rules = store["deliveries"].get(name), self.rules()
            if delivery is None:
                self._sending.discard(name)
                return None
            event = self._rendered(delivery)
        if rules["types"] and event["type"] not in rules["types"]:
            rules |= {"skew": 0, "forge": None, "thin": False}
        event = self._formed(event, delivery.get("endpoint"), thin=rules["thin"])
        answer = self.send(event, skew=rules["skew"], forge=rules["forge"], endpoint=delivery.get("endpoint"))
        with self._store:
            self._sending.discard(name)
            if store["deliveries"].get(name) is delivery:  # not so after a reset
                self._keep(delivery, answer)
            self._provider.wake.notify_all()
        return answer

    def _rendered(self, delivery: Resource) -> Resource:
        """The event in the version of the endpoint: https://docs.stripe.com/webhooks/versioning"""
        event = copy.deepcopy(self._store["events"][delivery["event"]])
        version = self._store["endpoints"].get(delivery.get("endpoint") or "", {}).get("api_version")
        return versions.event(event, version, self._store["coupons"]) if version else event

    def claim(self, name: str) -> bool:
        """Whether no other thread is sending it. Call it inside a transaction."""
        if name in self._sending:
            return False
        self._sending.add(name)
        return True

    def _keep(self, delivery: Resource, answer: Resource) -> None:
        delivery["answers"].append(answer)
        tries = len(delivery["answers"])
        if answer["status"] is not None and answer["status"] // 100 == TAKEN:
            delivery["state"] = "sent"
            event = self._store["events"][delivery["event"]]
            event["pending_webhooks"] = max(event["pending_webhooks"] - 1, 0)
            self._store.put("events", event["id"], event)
        else:
            now = self._provider.clock.exact()
            delivery["due"] = now + min(FIRST_DELAY * 2 ** (tries - 1), LONGEST_DELAY)
            delivery["state"] = "due" if delivery["due"] < delivery["until"] else "given up"
        self._provider.put_up(delivery)

    def hurry(self) -> None:
        """Has retries that were put off made now."""
        with self._store as store:
            for delivery in list(store["deliveries"].values()):
                if delivery["state"] == "due":
                    delivery["due"] = self._provider.clock.exact()
                    self._provider.put_up(delivery)
            self._provider.wake.notify_all()

    def nudge(self) -> None:
        """Has the workers look again: the clock was moved."""
        with self._provider.wake:
            self._provider.wake.notify_all()

    def settle(self, timeout: float) -> bool:
        """Waits until nothing is under way or due now; False after `timeout` seconds.

        Failed deliveries that wait for a later try are not due.
        """
        with self._provider.wake:
            return self._provider.wake.wait_for(self._is_idle, timeout)

    def _is_idle(self) -> bool:
        return not self._sending and not self._provider.outgoing.is_ready(self._provider.clock.exact())

    def _work(self) -> None:
        while not self._provider.closed:
            with self._provider.wake:
                name = self._provider.outgoing.take(self._provider.clock.exact())
                if name is None:
                    self._provider.wake.wait(NAP)
                elif not self.claim(name):
                    name = None
            if name is not None:
                self.deliver(name)
