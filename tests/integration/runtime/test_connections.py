"""Connections that come from the pool: what each of them commits, and whether it is still there."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app import db
from app.models import Chore
from app.runtime.db import IS_READER, read, reader, reading, table, write
from app.runtime.statements import Statement

pytestmark = pytest.mark.any_database

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
_chores = table(Chore).c
_insert = Statement(sa.insert(table(Chore)).returning(_chores.name), "name", "due_at", "reached")
_names = sa.select(_chores.name).order_by(_chores.name)


@pytest.fixture(autouse=True)
def in_the_application(own_app):
    with own_app.app_context():
        yield


def chore(name):
    return {"name": name, "due_at": NOON, "reached": 0}


def names():
    """As another connection sees them."""
    with db.engine.connect() as connection:
        return list(connection.scalars(_names))


def test_what_is_written_by_one_statement_is_there_for_all():
    write(_insert, chore("tea"))

    assert names() == ["tea"]


def test_a_statement_of_a_reader_is_a_transaction_by_itself():
    with reader().connect() as connection:
        connection.execute(sa.insert(Chore), chore("tea"))
        connection.rollback()

    assert names() == ["tea"]


@pytest.mark.parametrize("how", ["read", "reading", "write"])
def test_a_transaction_after_a_reader_is_rolled_back_as_a_whole(how):
    if how == "read":
        read(_names)
    elif how == "write":
        write(_insert, chore("tea"))
    else:
        with reading():
            db.session.scalars(_names).all()
        db.session.rollback()
    before = names()

    for name in ("cake", "milk"):
        db.session.add(Chore(**chore(name)))
        db.session.flush()
    db.session.rollback()

    assert names() == before


def test_a_reader_that_could_not_be_closed_in_order_leaves_no_transaction_without_its_end():
    engine = db.engine.execution_options(**{IS_READER: True})
    sa.event.listen(engine, "commit", fail)
    try:
        with pytest.raises(ZeroDivisionError), engine.begin() as connection:
            connection.execute(_names)
    finally:
        sa.event.remove(engine, "commit", fail)

    db.session.add(Chore(**chore("tea")))
    db.session.flush()
    db.session.rollback()

    assert names() == []


def fail(_):
    1 / 0  # noqa: B018 -- any error


def test_an_isolation_level_that_is_asked_for_holds_after_a_rollback():
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in ("cake", "milk"):
            connection.execute(sa.insert(Chore), chore(name))
            connection.rollback()
        is_sqlite = connection.dialect.name == "sqlite"

    assert names() == ([] if is_sqlite else ["cake", "milk"])  # there Kiosk begins its transactions by itself


def test_a_connection_that_the_server_ended_is_not_given_to_the_next():
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    with reader().connect() as connection:
        pid = connection.scalar(sa.select(sa.func.pg_backend_pid()))
        with db.engine.connect() as other:
            other.execute(sa.select(sa.func.pg_terminate_backend(pid, 5000)))
        driver = connection.connection.dbapi_connection
        driver.heard_at -= 1  # as after a request that went on for a while

    with db.engine.begin() as connection:
        assert connection.scalar(sa.select(1)) == 1
