"""A database that restarts between two requests, or in the middle of one."""

import psycopg
import pytest

from app import db
from app.models import Order


@pytest.fixture
def cut(request, own_database):
    """Ends every connection to the database, as its restart does."""
    if request.config.getoption("--database") != "postgresql":
        pytest.skip("SQLite has no connections to lose")

    def end() -> None:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(own_database, autocommit=True) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")

    return end


def test_a_restart_between_two_requests_costs_nobody_an_error(own_shop, cut):
    assert own_shop.place(key="first").status_code == 201

    cut()

    assert own_shop.place(key="second").status_code == 201


def test_a_restart_while_the_provider_is_asked_loses_no_order(own_app, own_shop, cut, monkeypatch):
    ask = own_app.extensions["gateway"].create_session

    async def ask_meanwhile(*given):
        made = await ask(*given)
        cut()
        return made

    monkeypatch.setattr(own_app.extensions["gateway"], "create_session", ask_meanwhile)
    own_shop.place()
    monkeypatch.undo()

    assert own_shop.place().status_code == 200
    own_shop.let_pass(minutes=1)
    own_shop.sweep()
    assert (own_shop.tried, own_shop.sessions, own_shop.stock) == (["open"], ["open"], (3, 2))
    with own_app.app_context():
        assert Order.query.count() == 1
        db.session.remove()
