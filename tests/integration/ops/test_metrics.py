"""/metrics: who may read it, what it counts, and what it never says."""

from datetime import timedelta  # feature: shop

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app import (
    GAUGES,  # feature: shop
    create_app,
    db,
)
from app.models import (
    Attempt,  # feature: shop
    Chore,
    Event,  # feature: shop
    FindingRow,  # feature: shop
)
from app.ops import database_gauges  # feature: shop
from app.runtime.db import utcnow
from simulators.payments.control import SESSIONS  # feature: shop
from tests.integration.accounts import assert_problem, make_ada, sign_in
from tests.integration.conftest import close
from tests.integration.factories import (
    make_item,  # feature: shop
    make_order,  # feature: shop
    make_user,
)
from tests.integration.ops.reading import Reading
from tests.integration.payments.conftest import BROWSER  # feature: shop
from tests.integration.payments.shop import Shop  # feature: shop
from tests.integration.runtime.test_queries import counted
from tests.settings import settings

pytestmark = pytest.mark.any_database

TOKEN = "a-token-for-whoever-watches-the-shop"

# ---------------------------------------------------------------- who may read


def test_whoever_is_on_this_machine_may_read_it(app):
    response = app.test_client().get("/metrics")

    assert response.status_code == 200
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert list(text_string_to_metric_families(response.text))
    openmetrics = app.test_client().get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.text.endswith("# EOF\n")


@pytest.mark.parametrize("address", ["10.0.0.7", "2001:db8::1", "::ffff:10.0.0.7", "", "unix"])
def test_nobody_else_may_without_the_token(app, address):
    response = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address})

    assert_problem(response, 401, "metrics_token_required")
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("address", ["127.0.0.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_several_addresses(app, address):
    assert app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_a_proxy_on_this_machine_lets_nobody_in(app, header):
    assert_problem(app.test_client().get("/metrics", headers={header: "127.0.0.1"}), 401, "metrics_token_required")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP"])
def test_a_header_makes_no_stranger_local(app, header):
    response = app.test_client().get(
        "/metrics", headers={header: "127.0.0.1"}, environ_base={"REMOTE_ADDR": "10.0.0.7"}
    )

    assert response.status_code == 401


def test_the_token_lets_in_from_anywhere(app, reconfigured):
    reconfigured(metrics_token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "10.0.0.7"}

    response = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.7"})

    assert response.status_code == 200


@pytest.mark.parametrize("sent", ["Bearer wrong", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer ünïcode"])
def test_a_wrong_token_is_refused_even_on_this_machine(app, reconfigured, sent):
    reconfigured(metrics_token=TOKEN)

    response = app.test_client().get("/metrics", environ_base={"HTTP_AUTHORIZATION": sent.encode().decode("latin-1")})

    assert response.status_code == 401


def test_an_empty_token_is_none(app):
    headers = {"Authorization": "Bearer "}

    response = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.7"})

    assert response.status_code == 401


def test_being_staff_does_not_help(app, signed_in):
    staff = signed_in(make_user(role="staff"))

    assert staff.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 401


# ---------------------------------------------------------------- requests and sign-ins


def test_requests_are_counted_by_rule_method_and_status_and_never_by_path(signed_in, grown, read):
    staff, user = signed_in(make_user("grace", role="staff")), make_user("ada")
    staff.get(f"/api/users/{user.id}")
    staff.get(f"/api/users/{user.id}")
    staff.get("/api/users?q=secret-of-ada")
    staff.get("/api/users/987654321")

    route = "/api/users/<id:user_id>"
    assert grown("requests_total", method="GET", route=route, status="200") == 2
    assert grown("requests_total", method="GET", route=route, status="404") == 1
    assert grown("request_seconds_count", method="GET", route=route) == 3
    assert "987654321" not in read().text
    assert "secret-of-ada" not in read().text


def test_whatever_a_caller_makes_up_shares_one_name(client, grown, read):
    client.open("/api/made-up-path", method="MADEUP")
    client.get("/api/made-up-path")

    assert grown("requests_total", method="GET", route="none", status="404") == 1
    assert "MADEUP" not in read().labels("method")
    assert not any("made-up" in route for route in read().labels("route"))


def test_only_what_is_being_answered_is_in_progress(app, client, read):
    client.get("/api/providers")
    client.get("/api/nothing-there")
    client.get("/api/providers", headers={"Host": "no host at all"})

    assert read()("requests_in_progress") == 1  # the one that reads


def test_a_bug_leaves_nothing_in_progress(own_app):
    own_app.config["PROPAGATE_EXCEPTIONS"] = False
    own_app.add_url_rule("/api/break", view_func=lambda: 1 / 0, endpoint="break")
    client = own_app.test_client()

    assert client.get("/api/break").status_code == 500

    found = Reading(client.get("/metrics").text)
    assert found("requests_in_progress") == 1
    assert found("requests_total", method="GET", route="/api/break", status="500") == 1


def test_sign_ins_are_counted_by_what_came_of_them(client, grown):
    make_ada()
    sign_in(client, password="a-wrong-password-of-ada")
    sign_in(client)
    client.post("/api/login", json={"username": "ada"})
    client.get("/api/session")  # no such method

    assert grown("sign_ins_total", method="password", outcome="invalid_credentials") == 1
    assert grown("sign_ins_total", method="password", outcome="ok") == 1
    assert grown("sign_ins_total", method="password", outcome="invalid_input") == 1
    assert grown("sign_ins_total", method="password", outcome="method_not_allowed") == 0


def test_sign_ins_at_a_provider_are_counted_by_reason(journey, grown):
    journey.leave()
    journey.come_back(error="access_denied", code=None)
    journey.sign_in()

    assert grown("sign_ins_total", method="provider", outcome="oauth_denied") == 1
    assert grown("sign_ins_total", method="provider", outcome="ok") == 1


# ---------------------------------------------------------------- providers


# feature: shop {
def test_calls_to_providers_are_counted_by_what_came_of_them(own_database, payments_simulator, quick):
    app = create_app(settings(own_database, payments=payments_simulator.url, TESTING=True))
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://localhost", headers=BROWSER) as client:
        shop = Shop(app, client, payments_simulator)
        shop.place()
        shop.control.drop(when="before", times=None, method="POST")
        shop.place("torn")
        found = Reading(client.get("/metrics").text)
    close(app)

    assert found("outbound_calls_total", to="payments", outcome="2xx") == 1
    assert found("outbound_calls_total", to="payments", outcome="error") == 3
    assert found("outbound_seconds_count", to="payments") == 4
    assert (found("outbound_calls_in_progress"), found("payment_calls_in_progress")) == (0, 0)


def test_a_provider_that_hangs_is_told_as_an_open_circuit(own_shop, monkeypatch):
    monkeypatch.setattr("app.runtime.outbound.TIMEOUT", httpx.Timeout(0.2))
    monkeypatch.setattr("app.stripe.circuit_breaker.FAILURES", 1)
    client = own_shop.app.test_client()
    own_shop.control.hang(times=None)
    own_shop.place()
    own_shop.place("refused")

    found = Reading(client.get("/metrics").text)

    assert found("payment_circuit_open") == 1
    assert found("payment_calls_refused_total", reason="resting") == 1
    assert client.get("/readyz").status_code == 200
    assert "payment provider hangs" in client.get("/readyz").get_json()["degraded"][0]


# ---------------------------------------------------------------- what the database knows


@pytest.mark.every_database
def test_orders_and_what_is_unfinished_are_told_by_state(shop, read):
    shop.place()
    shop.control.hang(times=None, method="POST", path=SESSIONS)
    shop.place("unknown")
    shop.change(Attempt, created_at=utcnow() - timedelta(hours=2))
    found = read()

    assert found("orders", status="pending") == 2
    assert (found("attempts", status="open"), found("attempts", status="unknown")) == (1, 1)
    assert found("oldest_unfinished_seconds", kind="attempt") == pytest.approx(7200, abs=60)
    assert found("oldest_unfinished_seconds", kind="event") == 0
    assert found("database_up") == 1


def test_messages_that_wait_are_told_with_their_age(app, read):
    db.session.add(
        Event(event_id="evt_1", kind="refund.updated", body=b"{}", received_at=utcnow() - timedelta(hours=1))
    )
    db.session.commit()
    found = read()

    assert found("events", state="new") == 1
    assert found("oldest_unfinished_seconds", kind="event") == pytest.approx(3600, abs=60)


def test_what_needs_a_person_is_told_by_kind_and_zero_where_nothing_does(app, read):
    assert read()("needs_person", kind="stock_differs") == 0
    assert "needs_person" in read().text

    db.session.add(FindingRow(kind="stock_differs", subject="1", words="3 are held, and orders hold 2."))
    db.session.commit()

    assert read()("needs_person", kind="stock_differs") == 1
    assert "3 are held" not in read().text


# }


def test_when_a_worker_last_had_a_turn_is_told(app, read):
    db.session.add(Chore(name="sweep", due_at=utcnow(), reached=1_700_000_000))
    db.session.commit()

    assert read()("worker_last_turn_timestamp_seconds") == 1_700_000_000


# feature: shop {
def test_a_scrape_asks_as_often_for_many_orders_as_for_none(app):
    with counted() as few:
        database_gauges.read(GAUGES, db.session(), utcnow())
    user, item = make_user(), make_item()
    for _ in range(10):
        make_order(user, item)
    with counted() as many:
        database_gauges.read(GAUGES, db.session(), utcnow())

    assert len(many) == len(few) <= 16


# }


def test_two_scrapes_within_seconds_ask_once(own_app):
    client = own_app.test_client()
    client.get("/metrics")
    with own_app.app_context(), counted() as statements:
        client.get("/metrics")

    assert statements == []


@pytest.mark.parametrize("address", ["postgresql://kiosk@127.0.0.1:9/kiosk", "sqlite:////nowhere/at/all/kiosk.db"])
def test_without_a_database_the_rest_is_told(address):
    app = create_app(settings(address, TESTING=True))
    found = Reading(app.test_client().get("/metrics").text)
    close(app)

    assert found("database_up") == 0
    assert found("requests_in_progress") == 1
    assert "kiosk_needs_person{" not in found.text
