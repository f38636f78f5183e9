"""How often each route asks the database: the table in docs/performance.md, held against the wire."""

import re
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import db
from app.models import Todo  # feature: todos
from app.runtime.config import PaymentsAccount  # feature: shop
from app.stripe.gateway import Gateway  # feature: shop
from app.web import frontend  # feature: shop
from tests.integration.conftest import sign_in
from tests.integration.factories import (
    make_item,  # feature: shop
    make_order,  # feature: shop
    make_user,
    saved,
)
from tests.integration.runtime.test_queries import counted
from tests.settings import PAYMENTS_KEY, WEBHOOK_SECRET  # feature: shop

DOCUMENT = Path(__file__).parents[3] / "docs" / "performance.md"
ROW = re.compile(r"^\| `([A-Z]+ [^`]+)`[^|]*\| (\d+) \| (\d+) \|", re.MULTILINE)


# SQLite inserts into one table at a time.
MORE_ON_SQLITE = {
    "POST /api/orders": 2,  # feature: shop
}


def told():
    """By route, what the table says: statements and round trips."""
    return {route: (int(statements), int(trips)) for route, statements, trips in ROW.findall(DOCUMENT.read_text())}


@pytest.fixture
def routes(own_app, request, monkeypatch, tmp_path):
    """A call for each route of the table, by a user who has something there."""
    calls = {}
    with own_app.app_context():
        ada = make_user("ada")
        client = sign_in(own_app, ada)
        calls["GET /api/profile"] = lambda: client.get("/api/profile")
        # feature: shop {
        simulator = request.getfixturevalue("payments_simulator")
        account = PaymentsAccount(simulator.url, PAYMENTS_KEY, WEBHOOK_SECRET)
        monkeypatch.setitem(own_app.extensions, "gateway", Gateway(account))
        item, keys, placed = make_item("Tea", on_hand=10), iter(("first", "second")), []
        order, lines = make_order(ada, item), [{"item_id": item.id, "quantity": 1}]

        def place():
            answer = client.post("/api/orders", json={"lines": lines}, headers={"Idempotency-Key": next(keys)})
            placed.append(answer.json["id"])
            return answer

        (tmp_path / "index.html").write_text("<!-- head --><!-- /head -->")
        monkeypatch.setattr(frontend, "DIST", tmp_path)
        calls[f"GET /items/{item.id}"] = lambda: client.get(f"/items/{item.id}")
        calls["GET /api/items"] = lambda: client.get("/api/items")
        calls[f"GET /api/items/{item.id}"] = lambda: client.get(f"/api/items/{item.id}")
        calls["GET /api/orders"] = lambda: client.get("/api/orders")
        calls[f"GET /api/orders/{order.id}"] = lambda: client.get(f"/api/orders/{order.id}")
        staff = sign_in(own_app, make_user("grace", role="staff"))
        calls[f"GET /api/orders/{order.id}/history"] = lambda: staff.get(f"/api/orders/{order.id}/history")
        calls["POST /api/orders"] = place
        calls["POST /api/orders/{id}/cancel"] = lambda: client.post(f"/api/orders/{placed.pop()}/cancel")
        # }
        # feature: todos {
        todo = saved(Todo(user_id=ada.id, title="Tea"))
        calls["GET /api/todos"] = lambda: client.get("/api/todos")
        calls[f"GET /api/todos/{todo.id}"] = lambda: client.get(f"/api/todos/{todo.id}")
        calls["POST /api/todos"] = lambda: client.post("/api/todos", json={"title": "Tea"})
        # }
    return calls


@contextmanager
def traced(engine, file):
    """PostgreSQL's protocol is written to `file` meanwhile, message by message."""

    def trace(connection, *_):
        connection.pgconn.trace(file.fileno())

    sa.event.listen(engine, "checkout", trace)
    try:
        yield
    finally:
        sa.event.remove(engine, "checkout", trace)


def trips(trace):
    """Each has one of these. That a statement is prepared, once per connection, has none."""
    return len(re.findall(r"\tF\t\d+\t(?:Execute|Query)\b", trace))


def test_each_route_asks_the_database_as_often_as_the_table_says(own_app, routes, tmp_path):
    seen, file = {}, tmp_path / "trace"
    with own_app.app_context(), file.open("w") as out:
        on_the_wire = db.engine.dialect.name == "postgresql"
        for route, call in routes.items():
            assert call().status_code < 300  # what is read once per process is known from now on
            before = len(file.read_text())
            with counted() as statements, traced(db.engine, out) if on_the_wire else counted():
                assert call().status_code < 300
            wire = trips(file.read_text()[before:])
            name = re.sub(r"\d+", "{id}", route)
            seen[name] = (
                (len(statements), wire)
                if on_the_wire
                else (len(statements) - MORE_ON_SQLITE.get(name, 0), told().get(name, (0, 0))[1])
            )

    assert seen == told()
