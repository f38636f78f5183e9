"""How often one address, or one user, may call a route; and that Redis may be away."""

import socket
import time
from itertools import count

import pytest

from app import (
    create_app,
    db,  # feature: shop
)
from app.models import Order  # feature: shop
from app.web import limits
from app.web.limits import LIMITS, Limit
from tests.integration.accounts import WRONG, assert_problem, login, make_ada, sign_in
from tests.integration.checkout.buying import order  # feature: shop
from tests.integration.conftest import browser, browser_at, close
from tests.integration.conftest import sign_in as signed_in_as
from tests.integration.factories import (
    PASSWORD,
    make_item,  # feature: shop
    make_user,
)
from tests.settings import settings

pytestmark = pytest.mark.any_database

HERE, THERE = "198.51.100.1", "203.0.113.9"


NOBODIES = count()


def tries(client, times=10, door=sign_in):
    """So many sign-ins as people who are not there, each another one, whom no account's throttle knows."""
    return [door(client, f"nobody-{next(NOBODIES)}", WRONG).status_code for _ in range(times)]


def test_ten_sign_ins_a_minute_come_from_one_address_by_both_doors_together(client):
    assert tries(client, 5) + tries(client, 5, login) == [401] * 10

    for door in (sign_in, login):
        response = door(client)
        assert_problem(response, 429, "too_many_requests")
        assert 50 <= int(response.headers["Retry-After"]) <= 61
        assert response.headers["Cache-Control"] == "no-store"


def test_a_success_counts_like_a_failure_and_clears_nothing(client):
    make_ada()
    tries(client, 8)

    assert [sign_in(client).status_code for _ in range(3)] == [200, 200, 429]


def test_another_address_has_a_count_of_its_own(app):
    tries(browser_at(app, HERE))

    assert tries(browser_at(app, THERE), 1) == [401]


def test_the_addresses_of_one_network_of_ipv6_share_a_count(app):
    tries(browser_at(app, "2001:db8:1:2::1"))

    assert tries(browser_at(app, "2001:db8:1:2:ffff::9"), 1) == [429]
    assert tries(browser_at(app, "2001:db8:1:3::1"), 1) == [401]


def test_nobody_gets_another_count_by_a_header_of_his_own(client):
    for number in range(10):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{number}"
        tries(client, 1)

    assert tries(client, 1) == [429]


def test_behind_a_proxy_that_is_trusted_everybody_has_a_count_of_their_own(client, reconfigured):
    reconfigured(trusted_proxies="127.0.0.1")
    client.environ_base["HTTP_X_FORWARDED_FOR"] = HERE
    assert tries(client, 11)[-1] == 429

    client.environ_base["HTTP_X_FORWARDED_FOR"] = THERE
    assert tries(client, 1) == [401]
    client.environ_base["HTTP_X_FORWARDED_FOR"] = f"{THERE}, {HERE}"
    assert tries(client, 1) == [429]


@pytest.mark.parametrize("forwarded", ["", ",,,", "unknown", "1.2.3.4.5", "::::", "\x7f", "a" * 5000])
def test_a_header_that_is_no_address_breaks_nothing(client, reconfigured, forwarded):
    reconfigured(trusted_proxies="127.0.0.1")
    client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded

    assert tries(client, 11)[-2:] == [401, 429]


def test_who_waits_for_sign_in_may_still_look_around(client):
    tries(client, 11)

    assert client.get("/api/providers").status_code == 200


LIMITS_OF_USERS = [
    ("/api/orders", "At most 1200 a minute from one user."),  # feature: shop
]


def test_every_limit_is_told_in_the_description(client):
    description = client.get("/api/openapi.json").get_json()

    for path in ("/api/login", "/api/session"):
        told = description["paths"][path]["post"]
        assert "At most 10 a minute from one address." in told["description"]
        assert "too_many_requests" in told["responses"]["429"]["description"]
        assert "too_many_tries" in told["responses"]["429"]["description"]
    for path, words in LIMITS_OF_USERS:
        assert words in description["paths"][path]["post"]["description"]


@pytest.fixture
def strict(own_database, monkeypatch):
    """`strict()` is an application of its own in which whatever is limited is allowed twice."""
    monkeypatch.setattr(limits, "LIMITS", [Limit(each.name, 2, each.by) for each in LIMITS])
    made = []

    def start(**more):
        made.append(create_app(settings(own_database, TESTING=True, **more)))
        return made[-1]

    yield start
    for app in made:
        close(app)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/register", {"username": "ada", "email": "a@b.example", "password": "short"}),
        ("/api/token/refresh", {"refresh_token": "x"}),
        ("/api/password/reset", {"token": "x", "password": "lantern-tide-77-orchard"}),
    ],
)
def test_what_a_stranger_could_call_for_ever_has_a_limit(strict, path, body):
    client = browser(strict())

    answers = [client.post(path, json=body) for _ in range(3)]

    assert [each.status_code == 429 for each in answers] == [False, False, True]


def test_what_is_hashed_has_a_limit_whatever_it_is_hashed_for(strict):
    app = strict()
    with app.app_context():
        ada = signed_in_as(app, make_ada())
    right, new = {"password": PASSWORD}, {"current_password": PASSWORD, "new_password": "lantern-tide-77-orchard"}

    assert ada.post("/api/profile/confirm", json=right).status_code == 200
    assert ada.post("/api/profile/password", json={**new, "current_password": WRONG}).status_code == 403
    for path, body in (("confirm", right), ("password", new)):
        response = ada.post(f"/api/profile/{path}", json=body)
        assert_problem(response, 429, "too_many_requests")
        assert 50 <= int(response.headers["Retry-After"]) <= 60
    there = browser_at(app, THERE)
    assert there.post("/api/session", json={"username": "ada", "password": PASSWORD}).status_code == 200


# feature: shop {
def test_a_search_has_a_limit_and_looking_around_has_none(strict):
    app = strict()
    with app.app_context():
        grace = signed_in_as(app, make_user("grace", role="staff"))
    client = browser(app)

    assert [client.get("/api/items?q=tea").status_code for _ in range(3)] == [200, 200, 429]
    assert [client.get("/api/items").status_code for _ in range(3)] == [200] * 3
    assert grace.get("/api/users?q=ada").status_code == 429, "they come from one address"
    assert browser_at(app, THERE).get("/api/items?q=tea").status_code == 200


# }


def test_a_browser_on_its_way_to_a_provider_is_told_on_a_page(strict):
    client = browser(strict())

    answers = [client.get("/oauth/login/nobody") for _ in range(3)]

    assert answers[1].location == "/sign-in?error=unknown_provider"
    assert (answers[2].status_code, answers[2].location) == (302, "/sign-in?error=too_many_requests")


# feature: shop {
def test_orders_are_counted_for_each_user(strict):
    app = strict()
    with app.app_context():
        clients = [signed_in_as(app, make_user()) for _ in range(2)]
        item = make_item(price=None)

    ada, bob = clients
    answers = [order(ada, item, key=f"key-{number}").status_code for number in range(3)]

    assert answers == [409, 409, 429]
    assert order(bob, item, key="key").status_code == 409
    with app.app_context():
        assert db.session.query(Order).count() == 0


# }


def test_the_server_believes_no_header_by_itself(live_kiosk):
    """Some servers take the scheme from proxies on loopback, and refuse a request whose headers disagree about it."""
    shop = live_kiosk(TRUSTED_PROXIES="127.0.0.1")

    def sign_in_from(address, **headers):
        body = {"username": f"nobody-{next(NOBODIES)}", "password": WRONG}
        return shop.http.post("/api/login", json=body, headers={"X-Forwarded-For": address, **headers}).status_code

    assert [sign_in_from(HERE) for _ in range(11)][-2:] == [401, 429]
    assert sign_in_from(f"{HERE}, {THERE}", **{"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "off"}) == 401
    assert [sign_in_from(THERE) for _ in range(10)][-2:] == [401, 429]


# ---------------------------------------------------------------- Redis


def test_servers_that_share_a_redis_share_the_counts(strict, redis):
    address = f"{redis[:-1]}1"
    one, two = (strict(REDIS_URL=address) for _ in range(2))

    assert tries(browser_at(one, HERE), 2) == [401, 401]
    assert tries(browser_at(two, HERE), 1) == [429]
    assert tries(browser_at(two, THERE), 1) == [401]
    assert int(sign_in(browser_at(two, HERE)).headers["Retry-After"]) <= 61


@pytest.fixture
def hanging():
    """The address of a Redis that takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_a_redis_that_is_gone_leaves_each_server_counting_for_itself(strict):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    app = strict(REDIS_URL=f"redis://127.0.0.1:{port}/0")

    assert tries(browser_at(app, HERE), 4) == [401, 401, 429, 429]


def test_a_redis_that_hangs_keeps_one_request_waiting_a_moment_and_the_next_ones_not(strict, hanging):
    app = strict(REDIS_URL=hanging)
    began = time.monotonic()

    assert tries(browser_at(app, HERE), 3) == [401, 401, 429]
    assert [tries(browser_at(app, f"203.0.113.{number}"), 1) for number in range(3)] == [[401]] * 3

    assert time.monotonic() - began < 8  # without a time-out: for ever
