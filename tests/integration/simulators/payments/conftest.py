import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import pytest

from simulators.payments.control import Control, started
from simulators.server import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass
class Receiver:
    """Takes webhooks; `answer` says with which status, from the number of the delivery (from 1)."""

    url: str = ""
    answer: Callable[[int], int] = lambda _: 200
    got: list[tuple[bytes, str | None]] = field(default_factory=list)
    """(body, Stripe-Signature), in the order of arrival."""
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        with self.changed:
            self.got.append((environ["wsgi.input"].read(), environ.get("HTTP_STRIPE_SIGNATURE")))
            status = self.answer(len(self.got))
            self.changed.notify_all()
        start_response(f"{status} Whatever", [])
        return []

    def wait_for(self, count: int, timeout: float = 10) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.got) >= count, timeout), f"{len(self.got)} of {count}"


@pytest.fixture(scope="session")
def _receiver() -> Iterator[Receiver]:
    server = Server("127.0.0.1", 0)
    receiver = Receiver(url=f"{server.url}/hook")
    server.app = receiver
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def _payments(_receiver: Receiver) -> Iterator[Control]:
    with started(webhook_url=_receiver.url, webhook_secret="whsec_old,whsec_new") as control:
        yield control


@pytest.fixture
def payments(_payments: Control) -> Control:
    """A simulator that knows nothing yet. Its webhooks go nowhere unless a test has a `receiver`."""
    _payments.reset()
    _payments.treat_webhooks("lose")
    return _payments


@pytest.fixture
def receiver(_receiver: Receiver, payments: Control) -> Receiver:
    payments.treat_webhooks()
    payments.settle_webhooks()
    _receiver.got.clear()
    _receiver.answer = lambda _: 200
    return _receiver


@pytest.fixture
def api(payments: Control) -> httpx.Client:
    return payments.api


@pytest.fixture
def order() -> dict[str, str]:
    """The form of a session for two teas at 6 euros."""
    return {
        "mode": "payment",
        "client_reference_id": "42",
        "success_url": "http://127.0.0.1:9/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/cancelled",
        "metadata[shop]": "kiosk",
        "line_items[0][quantity]": "2",
        "line_items[0][price_data][currency]": "EUR",
        "line_items[0][price_data][unit_amount]": "600",
        "line_items[0][price_data][product_data][name]": "Tea",
    }
