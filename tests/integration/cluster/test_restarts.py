"""Restarts that are meant: of what holds the data, and of every server in turn, while people buy."""

import time

import httpx

from tests.integration.cluster.cluster import Cluster

PATIENCE = 4
"""Seconds; a buyer waits about so long before they wonder."""


def test_nobody_loses_anything_while_the_database_and_valkey_restart(cluster):
    with cluster.customers() as customers:
        customers.buy(4)

        cluster.database.stop()
        cluster.database.start()
        customers.buy(4)
        cluster.valkey.stop()
        cluster.valkey.start()

        customers.buy(4)

    assert customers.figures.wrong == []
    assert set(cluster.signed_in()) == {200}
    assert cluster.differences() == []


def test_a_rolling_restart_costs_nobody_a_single_error(cluster):
    with cluster.customers() as customers:
        for server in cluster.fleet.servers:
            customers.buy(2)
            cluster.proxy.take_out(server.port)
            server.stop()
            server.start()
            cluster.proxy.take_back(server.port)
        for worker in cluster.fleet.workers:
            worker.stop()
            worker.start()
        customers.buy(2)

    assert customers.failures == 0, customers.figures.counts
    assert customers.figures.wrong == []
    assert cluster.differences() == []


def test_without_valkey_the_shop_is_slower_and_not_down(cluster):
    cluster.valkey.kill()
    server = cluster.fleet.servers[0]
    server.stop()
    server.start()

    order, seconds = _buy(cluster, "while-valkey-is-away")

    assert order["status"] == "paid"
    assert max(seconds) < PATIENCE, seconds
    assert cluster.differences() == []


def _buy(cluster: Cluster, key: str) -> tuple[dict[str, object], list[float]]:
    """The order of somebody who buys one thing and comes back from paying, and how long each request took."""
    seconds = []

    def ask(method: str, path: str, **more: object) -> httpx.Response:
        began = time.monotonic()
        answer = cluster.ask(method, path, **more)
        seconds.append(time.monotonic() - began)
        assert answer.status_code < 400, answer.text
        return answer

    ask("GET", "/api/items")
    lines = {"lines": [{"item_id": next(iter(cluster.stock)), "quantity": 1}]}
    order = ask("POST", "/api/orders", json=lines, headers={"Idempotency-Key": key}).json()
    cluster.keys[key] = order["id"]
    session = order["checkout_url"].rpartition("/")[2]
    cluster.fleet.control.pay(session)
    back = cluster.fleet.control.api.get(f"/v1/checkout/sessions/{session}").json()["success_url"]
    ask("GET", "/" + back.split("/", 3)[3])
    return ask("GET", f"/api/orders/{order['id']}").json(), seconds
