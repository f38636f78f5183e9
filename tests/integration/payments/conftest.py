"""The shop against the payment simulator: in this process, or as a `kiosk serve` that can be killed."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from click.testing import Result

from app.payments import reconcile
from app.runtime import outbound
from app.runtime.config import PaymentsAccount
from app.stripe.gateway import Gateway
from tests import faults
from tests.integration.live import LiveKiosk
from tests.integration.payments.shop import Shop
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET

if TYPE_CHECKING:
    from concurrent.futures import Future

BROWSER = {"Sec-Fetch-Site": "same-origin"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A test that claims a cell of the table of faults shows it."""
    yield
    for cell in faults.of(item):
        simulator = item.funcargs["payments_simulator"]  # type: ignore[attr-defined]
        assert cell.suffered(simulator.calls()), f"no call of the provider has suffered this: {cell}"


@pytest.fixture
def quick(monkeypatch):
    """Two seconds of patience for what this process asks the provider, and next to no pauses."""
    monkeypatch.setattr(reconcile, "ROUND_SECONDS", 0.05)
    monkeypatch.setattr(outbound, "TIMEOUT", httpx.Timeout(2))


@pytest.fixture
def shop(app, simulated, quick) -> Iterator[Shop]:
    """In this process, for one thing after another."""
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost", headers=BROWSER) as client:
        yield Shop(app, client, simulated)


@pytest.fixture
def own_shop(own_app, payments_simulator, monkeypatch) -> Iterator[Shop]:
    """In this process, on a database of its own: for several things at once."""
    account = PaymentsAccount(payments_simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
    monkeypatch.setitem(own_app.extensions, "gateway", Gateway(account))
    with httpx.Client(transport=httpx.WSGITransport(own_app), base_url="http://localhost", headers=BROWSER) as client:
        yield Shop(own_app, client, payments_simulator)


class LiveShop(Shop):
    """A `kiosk serve`, and whoever works beside it."""

    def __init__(self, app, kiosk: LiveKiosk, control, **more) -> None:
        kiosk.http.headers.update(BROWSER)
        super().__init__(app, kiosk.http, control, **more)
        self.kiosk = kiosk

    def crash(self, *pending: "Future[httpx.Response]") -> None:
        """SIGKILL in the middle of whatever is pending, and a start; a lease of the dead one has run out by then."""
        self.kiosk.kill()
        for each in pending:
            assert isinstance(each.exception(), httpx.TransportError)
        self.control.mend()
        self.let_pass(seconds=31)
        self.kiosk.start(self.kiosk.settings)

    def reconcile(self, *options: str) -> Result:
        """The command, in this process: to start another would take longer than what it does."""
        return self.app.test_cli_runner().invoke(args=["reconcile", *options])

    def mend(self) -> dict[str, Any]:
        """`kiosk reconcile` brings all in line, without a person. What it reports."""
        done = self.reconcile("--report", "json")
        assert done.exit_code == 0, done.output
        report: dict[str, Any] = json.loads(done.stdout)
        return report


@pytest.fixture
def live_shop(own_app, payments_simulator, live_kiosk, monkeypatch) -> Iterator[Callable[..., LiveShop]]:
    """`live_shop(workers=2, on_hand=1)` is a running `kiosk serve` with a lamp; webhooks are on record but not sent."""
    account = PaymentsAccount(payments_simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
    monkeypatch.setitem(own_app.extensions, "gateway", Gateway(account))
    payments_simulator.treat_webhooks("lose")

    def start(workers: int = 1, *, on_hand: int = 3) -> LiveShop:
        kiosk = live_kiosk(workers, payments=payments_simulator.url)
        return LiveShop(own_app, kiosk, payments_simulator, on_hand=on_hand)

    yield start
    payments_simulator.mend()
    payments_simulator.send_webhooks_to(None)
