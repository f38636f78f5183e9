"""Every secret is replaced, one server at a time, and nobody is signed out: docs/operations.md."""

from secrets import token_hex

import httpx
import pytest

from tests.processes import wait_for
from tests.settings import JWT_SECRET_KEY, SECRET_KEY, WEBHOOK_SECRET

KEY, TOKENS, HOOK = token_hex(32), token_hex(32), f"whsec_{token_hex(16)}"
LEARNT = {  # it can read what the others will sign
    "KIOSK_SECRET_KEY_FALLBACKS": KEY,
    "KIOSK_JWT_SECRET_KEY_FALLBACKS": TOKENS,
    "KIOSK_PAYMENTS__WEBHOOK_SECRET": f"{WEBHOOK_SECRET},{HOOK}",
}
SWAPPED = {
    "KIOSK_SECRET_KEY": KEY,
    "KIOSK_SECRET_KEY_FALLBACKS": SECRET_KEY,
    "KIOSK_JWT_SECRET_KEY": TOKENS,
    "KIOSK_JWT_SECRET_KEY_FALLBACKS": JWT_SECRET_KEY,
    "KIOSK_PAYMENTS__WEBHOOK_SECRET": f"{HOOK},{WEBHOOK_SECRET}",
}
WHO = {"username": "ada", "password": "a long and quiet afternoon"}


@pytest.fixture
def servers(cluster):
    """Their settings are the old ones again afterwards."""
    yield cluster.fleet.servers
    for server in cluster.fleet.servers:
        server.stop()
        server.env = cluster.fleet.env


def restart(server, settings):
    server.stop()
    server.env = {**server.env, **settings}
    server.start()


def ask(server, method, path, **more):
    url = f"http://127.0.0.1:{server.port}{path}"
    return httpx.request(method, url, timeout=15, trust_env=False, verify=False, **more)


def tokens(server):
    return ask(server, "POST", "/api/login", json=WHO).raise_for_status().json()


def bearer(pair):
    return {"Authorization": f"Bearer {pair['access_token']}"}


def test_in_the_middle_of_a_rotation_every_server_knows_everybody(cluster, servers):
    first, second = servers
    ask(first, "POST", "/api/register", json={**WHO, "email": "ada@example.com"}).raise_for_status()
    before = tokens(first)

    restart(second, LEARNT)
    restart(first, SWAPPED)

    pairs = [before, tokens(first), tokens(second)]
    for server in servers:
        assert [ask(server, "GET", "/api/profile", headers=bearer(pair)).status_code for pair in pairs] == [200] * 3
    refreshed = [
        ask(server, "POST", "/api/token/refresh", json={"refresh_token": pair["refresh_token"]}).status_code
        for server, pair in zip((first, second, first), pairs, strict=True)
    ]
    assert refreshed == [200] * 3
    assert set(cluster.signed_in()) == {200}
    cluster.keys["rotated"] = _buy_and_hear_of_it(cluster)
    assert cluster.differences() == []


def _buy_and_hear_of_it(cluster):
    """By the provider's message alone, which is signed with the old secret."""
    lines = {"lines": [{"item_id": next(iter(cluster.stock)), "quantity": 1}]}
    order = cluster.ask("POST", "/api/orders", json=lines, headers={"Idempotency-Key": "rotated"}).json()
    cluster.fleet.control.pay(order["checkout_url"].rpartition("/")[2])
    where = f"/api/orders/{order['id']}"
    wait_for(lambda: cluster.ask("GET", where).json()["status"] == "paid", "the provider's message to be believed")
    return order["id"]
