"""A connection that breaks at COMMIT: whether it was executed or not, asking again leads to one of everything."""

import httpx
import pytest

from app import create_app
from app.models import Payment
from app.runtime.config import PaymentsAccount
from app.stripe.gateway import Gateway
from tests.integration.conftest import close
from tests.integration.payments.proxy import Proxy
from tests.integration.payments.refunding import Till, send
from tests.integration.payments.shop import Shop
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET, settings


def each_of(commits):
    """Each of the first so many COMMITs is cut off, once before it arrives and once before its answer does."""
    cuts = [(number, when) for number in range(1, commits + 1) for when in ("before", "after")]
    return pytest.mark.parametrize(("number", "when"), cuts, ids=[f"{when}-{number}" for number, when in cuts])


@pytest.fixture(autouse=True)
def postgresql_alone(request):
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("SQLite's commits go over no wire")


@pytest.fixture
def proxy(own_database):
    found = Proxy(own_database)
    yield found
    found.close()
    assert found.has_cut


@pytest.fixture
def remote_shop(proxy, own_app, payments_simulator, quick):
    """A shop whose database is behind the proxy; `app`, which looks and arranges, goes there directly."""
    remote = create_app(settings(proxy.address, TESTING=True))
    account = PaymentsAccount(payments_simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
    remote.extensions["gateway"] = own_app.extensions["gateway"] = Gateway(account)
    transport = httpx.WSGITransport(remote, raise_app_exceptions=False)
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield Shop(own_app, client, payments_simulator)
    close(remote)


def insist(ask):
    """As whoever was told to come back soon does."""
    answer = ask()
    if answer.status_code == 503:
        assert answer.headers["Retry-After"]
        answer = ask()
    assert answer.is_success, answer.text


def mended(shop):
    """After leases have run out and a sweep."""
    shop.let_pass(minutes=2)
    shop.sweep()


@each_of(commits=3)
def test_an_order_is_placed_once(remote_shop, proxy, number, when):
    proxy.cut(number, when=when)

    insist(remote_shop.place)
    insist(remote_shop.place)

    mended(remote_shop)
    assert (remote_shop.sessions, remote_shop.tried) == (["open"], ["open"])
    assert (remote_shop.stock, remote_shop.in_line()) == ((3, 2), True)
    assert remote_shop.found["checkout_url"]


@each_of(commits=4)
def test_a_paid_order_is_paid_once(remote_shop, proxy, number, when):
    remote_shop.place()
    remote_shop.pay()
    proxy.cut(number, when=when)

    remote_shop.come_back()

    mended(remote_shop)
    assert (remote_shop.status, remote_shop.money, remote_shop.effects) == ("paid", [("settles", 8900)], 1)
    assert (remote_shop.stock, remote_shop.in_line()) == ((2, 2), True)


@each_of(commits=5)
def test_a_message_is_never_taken_and_lost(remote_shop, proxy, number, when):
    remote_shop.place()
    remote_shop.pay()
    event = next(each for each in remote_shop.control.listed("events") if each["type"] == "checkout.session.completed")
    proxy.cut(number, when=when)

    insist(lambda: send(remote_shop.http, event))

    mended(remote_shop)
    assert (remote_shop.status, len(remote_shop.rows(Payment)), remote_shop.effects) == ("paid", 1, 1)


@each_of(commits=5)
def test_a_refund_is_paid_once(remote_shop, proxy, number, when):
    till = Till(remote_shop)
    proxy.cut(number, when=when)

    insist(lambda: till.refund(100))
    insist(lambda: till.refund(100))

    mended(remote_shop)
    assert till.went_back == [("succeeded", 100)]
    assert till.shop.given_back == [("succeeded", 100)]


@each_of(commits=5)
def test_an_order_is_cancelled_once_and_its_stock_free_once(remote_shop, proxy, number, when):
    remote_shop.place()
    proxy.cut(number, when=when)

    insist(remote_shop.cancel)
    insist(remote_shop.cancel)

    mended(remote_shop)
    assert (remote_shop.status, remote_shop.tried, remote_shop.sessions) == ("cancelled", ["expired"], ["expired"])
    assert (remote_shop.stock, remote_shop.in_line()) == ((3, 3), True)


def test_the_proxy_does_cut(remote_shop, proxy):
    proxy.cut(1, when="after")

    assert remote_shop.place().status_code == 503

    assert remote_shop.place().status_code == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_proxy_cuts_what_records_the_providers_answer(remote_shop, proxy, when):
    proxy.cut(2, when=when)

    assert remote_shop.place().status_code == 503

    assert remote_shop.sessions == ["open"]
