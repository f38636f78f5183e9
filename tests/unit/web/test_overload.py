"""Which requests wait for which others. The application is a stand-in whose requests wait at a gate."""

import io
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from app.runtime.turns import lent
from app.web.overload import in_turns
from tests.processes import wait_for

READS, OTHERS = 2, 1


class Gate:
    """An application. Requests are at work until the gate opens, and do nothing but wait where their path says so."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.began: list[str] = []

    def __call__(self, environ, start_response):
        self.began.append(environ["PATH_INFO"])
        if environ["PATH_INFO"].endswith("/waits"):
            with lent():
                self.open.wait(10)
        else:
            self.open.wait(10)
        start_response("200 OK", [])
        return [b""]


class Visitors:
    def __init__(self) -> None:
        self.gate = Gate()
        self.app = in_turns(self.gate, READS, OTHERS)
        self.threads = ThreadPoolExecutor(8)

    def ask(self, method: str, path: str) -> "Future[list[bytes]]":
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO()}
        return self.threads.submit(self.app, environ, lambda *_: None)

    def ask_and_begin(self, method: str, path: str) -> "Future[list[bytes]]":
        asked = self.ask(method, path)
        wait_for(lambda: path in self.gate.began, f"{path} to begin", 5)
        return asked


@pytest.fixture
def visitors():
    made = Visitors()
    yield made
    made.gate.open.set()
    made.threads.shutdown()


def test_a_crowd_that_orders_keeps_no_visitor_from_the_catalogue(visitors):
    visitors.ask_and_begin("POST", "/api/orders")
    second = visitors.ask("POST", "/api/orders/second")

    visitors.ask_and_begin("GET", "/api/items")

    assert "/api/orders/second" not in visitors.gate.began
    visitors.gate.open.set()
    assert second.result(5) == [b""]


def test_visitors_of_the_catalogue_keep_no_buyer_from_ordering(visitors):
    for number in range(READS):
        visitors.ask_and_begin("GET", f"/api/items/{number}")

    visitors.ask_and_begin("POST", "/api/orders")


@pytest.mark.parametrize("path", ["/oauth/callback", "/checkout/return/1"])
def test_who_comes_back_from_a_provider_waits_with_those_who_order(visitors, path):
    visitors.ask_and_begin("POST", "/api/orders")

    visitors.ask("GET", path)
    visitors.ask_and_begin("GET", "/api/items")

    assert path not in visitors.gate.began


def test_a_request_that_only_waits_lets_another_work_meanwhile(visitors):
    waiting = visitors.ask_and_begin("POST", "/api/orders/waits")

    visitors.ask_and_begin("POST", "/api/orders/works")

    visitors.gate.open.set()
    assert waiting.result(5) == [b""]


def test_a_request_that_has_waited_goes_on_before_those_that_have_not_begun(visitors):
    waited = threading.Event()

    def app(environ, start_response):
        visitors.gate.began.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/waits":
            with lent():
                waited.wait(10)
            return [b""]
        visitors.gate.open.wait(10)
        return [b""]

    visitors.app = in_turns(app, READS, OTHERS)
    first = visitors.ask_and_begin("POST", "/waits")
    visitors.ask_and_begin("POST", "/works")
    visitors.ask("POST", "/has not begun")

    waited.set()

    assert first.result(5) == [b""]
    assert "/has not begun" not in visitors.gate.began


def test_there_are_as_many_turns_afterwards_as_before(visitors):
    visitors.gate.open.set()
    for number in range(4):
        visitors.ask_and_begin("POST", f"/{number}/waits").result(5)
    visitors.gate.open.clear()

    visitors.ask_and_begin("POST", "/first")
    visitors.ask("POST", "/second")
    visitors.ask_and_begin("GET", "/api/items")

    assert "/second" not in visitors.gate.began


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_waits_for_no_turn(visitors, path):
    for number in range(READS):
        visitors.ask_and_begin("GET", f"/api/items/{number}")

    visitors.ask_and_begin("GET", path)
