"""How often a request asks the database: as often for twenty rows as for one."""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app import db
from app.models import (
    AuditTrailEntry,
    Identity,
    Todo,  # feature: todos
)
from tests.integration.accounts import bearer, make_ada, tokens_of
from tests.integration.factories import (
    make_item,  # feature: shop
    make_order,  # feature: shop
    make_user,
    saved,
)

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def counted():
    """The statements that were sent meanwhile; those of the transaction itself do not count."""
    statements = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(TRANSACTION):
            statements.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def asked(client, path, **headers):
    """By the second of two requests: what is kept of the first one's answer is known then."""
    client.get(path, headers=headers)
    with counted() as statements:
        response = client.get(path, headers=headers)
    assert response.status_code == 200, response.text
    return statements


@pytest.fixture
def ada():
    return make_user("ada")


# feature: shop {
def items(_user, number):
    for _ in range(number):
        make_item()


def orders(user, number):
    for _ in range(number):
        make_order(user, make_item(), make_item())


# }


# feature: todos {
def todos(user, number):
    for each in range(number):
        saved(Todo(user_id=user.id, title=f"{each}"))


# }


def people(_user, number):
    for _ in range(number):
        user = make_user()
        saved(Identity(user_id=user.id, provider="acme", issuer="https://id.example", subject=f"{user.id}"))


def trail(user, number):
    for _ in range(number):
        saved(AuditTrailEntry(user_id=user.id, actor_id=make_user().id, action="deactivated"))


SIGN_IN = 1
"""The session and its user come in one."""


def assert_costs_the_same(client, path, add, number, most):
    """A list of one row asks as often as one of `number` rows, and at most so often. `add` makes so many rows."""
    add(1)
    of_one = asked(client, path)
    add(number - 1)

    of_all = asked(client, path)

    assert len(client.get(path).get_json()["items"]) == number
    assert len(of_all) == len(of_one)
    assert len(of_all) <= most, "\n".join(of_all)


# feature: shop {
@pytest.mark.parametrize(
    ("path", "rows", "most"),
    [
        ("/api/items", items, SIGN_IN + 2),
        ("/api/items?q=item", items, SIGN_IN + 2),
        ("/api/todos", todos, SIGN_IN + 2),  # feature: todos
        # The count, the orders, and their lines, holds, attempts and payments; refunds where there is a payment.
        ("/api/orders", orders, SIGN_IN + 6),
    ],
)
def test_a_list_costs_the_same_for_one_row_and_for_twenty(app, ada, signed_in, path, rows, most):
    assert_costs_the_same(signed_in(ada), path, lambda number: rows(ada, number), 20, most)


# }


@pytest.mark.parametrize(
    ("path", "rows", "most"),
    [
        # The count, the users and their identities; whose trail it is, the count and the entries with their actors.
        ("/api/users?per_page=100", people, SIGN_IN + 3),
        ("/api/users?per_page=100&q=user&role=customer&active=true", people, SIGN_IN + 3),
        ("/api/users/{id}/trail?per_page=100", trail, SIGN_IN + 3),
    ],
)
def test_a_list_for_staff_costs_the_same_for_one_row_and_for_a_hundred(app, ada, signed_in, path, rows, most):
    client = signed_in(make_user("grace", role="staff"))

    assert_costs_the_same(client, path.format(id=ada.id), lambda number: rows(ada, number), 100, most)


def test_a_user_costs_one_and_their_identities(app, ada, signed_in):
    client = signed_in(make_user("grace", role="staff"))

    assert len(asked(client, f"/api/users/{ada.id}")) <= SIGN_IN + 2


# feature: todos {
def test_the_to_dos_of_orders_cost_the_same_for_one_buyer_and_for_twenty(app, signed_in):
    def of_orders(number):
        for _ in range(number):
            saved(Todo(order_id=make_order(make_user(), status="paid").id, title="Hand over order K1001"))

    assert_costs_the_same(signed_in(make_user("grace", role="staff")), "/api/todos", of_orders, 20, SIGN_IN + 1)


# }


# feature: shop {
def test_a_user_without_orders_costs_the_count_and_the_page(app, ada, signed_in):
    assert len(asked(signed_in(ada), "/api/orders")) <= SIGN_IN + 2


@pytest.mark.parametrize("number", [1, 4])
def test_an_order_costs_the_same_whatever_is_in_it(app, ada, signed_in, number):
    order = make_order(ada, *(make_item() for _ in range(number)))

    assert len(asked(signed_in(ada), f"/api/orders/{order.id}")) <= SIGN_IN + 5


# }


def test_a_profile_costs_the_session_and_the_identities(app, ada, signed_in):
    assert len(asked(signed_in(ada), "/api/profile")) <= SIGN_IN + 1


def test_a_token_costs_no_more_than_a_cookie(app):
    make_ada()
    headers = bearer(tokens_of(app)["access_token"])

    assert len(asked(app.test_client(), "/api/profile", **headers)) <= SIGN_IN + 1


# feature: shop {
def test_an_item_costs_one(app):
    item = make_item()

    assert len(asked(app.test_client(), f"/api/items/{item.id}")) == 1


# }


def test_a_stranger_costs_nothing_to_turn_away(app):
    with counted() as statements:
        app.test_client().get("/api/profile")

    assert statements == []


@pytest.mark.parametrize("path", ["/api/providers", "/api/openapi.json", "/healthz"])
def test_what_needs_no_row_asks_for_none(app, ada, signed_in, path):
    assert asked(signed_in(ada), path) == []
