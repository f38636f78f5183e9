"""Many that migrate one database at the same time, and requests that are under way meanwhile."""

import os
import threading

import pytest
import sqlalchemy as sa

from app import create_app, db
from app.models import Order  # feature: shop
from app.ops import migrate
from tests.integration.conftest import close
from tests.integration.factories import make_item, make_order, make_user  # feature: shop
from tests.processes import KIOSK, Process, wait_for
from tests.settings import environment, settings

REPLICAS = 3


@pytest.fixture
def behind(own_database):
    """An application whose database has the tables of an earlier release."""
    app = create_app(settings(own_database, TESTING=True))
    invoke(app, "downgrade", "0002")
    yield app
    close(app)


@pytest.fixture
def hasty(monkeypatch):
    """Nobody waits long."""
    for name, seconds in (("PATIENCE", 0.3), ("LOCK_SECONDS", 0.1), ("PAUSE", 0.05)):
        monkeypatch.setattr(migrate, name, seconds)


def invoke(app, *command):
    return app.test_cli_runner().invoke(args=["db", *command])


def revision(app):
    with app.app_context(), db.engine.connect() as connection:
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def test_replicas_that_start_together_may_all_migrate(behind, own_database, tmp_path):
    invoke(behind, "downgrade", "base")
    env = {**os.environ, **environment(settings(own_database))}

    replicas = [Process([KIOSK, "db", "upgrade"], tmp_path / f"{n}.log", env=env) for n in range(REPLICAS)]

    assert [replica.wait() for replica in replicas] == [0] * REPLICAS, [replica.said() for replica in replicas]
    for replica in replicas:
        replica.stop()
    assert behind.test_client().get("/readyz").status_code == 200


@pytest.fixture
def somebody(behind):
    """A connection of somebody else's."""
    with behind.app_context(), db.engine.connect() as connection:
        connection.detach()
        yield connection


def begin_to_migrate(connection):
    """What another process that migrates holds."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_lock(migrate.LOCK)))
        connection.commit()


def test_another_that_does_not_get_done_is_one_line(behind, somebody, hasty):
    begin_to_migrate(somebody)

    result = invoke(behind, "upgrade")

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "run this again" in result.output.lower()
    assert result.output.count("\n") == 1


def test_a_migration_waits_for_the_one_that_is_under_way(behind, somebody, monkeypatch):
    begin_to_migrate(somebody)
    waiting = threading.Thread(target=invoke, args=(behind, "upgrade"))
    monkeypatch.setattr(migrate, "PAUSE", 0.05)

    waiting.start()
    somebody.connection.cursor().execute("SELECT pg_advisory_unlock_all()" if on_postgresql(somebody) else "ROLLBACK")
    waiting.join(30)

    assert revision(behind) != "0002"


def on_postgresql(connection):
    return connection.dialect.name == "postgresql"


@pytest.fixture
def postgresql(behind):
    with behind.app_context():
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite locks the whole database, and readers never")


def test_a_table_in_use_is_asked_for_again_and_others_get_through_meanwhile(postgresql, behind, somebody, monkeypatch):
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.1)
    monkeypatch.setattr(migrate, "PAUSE", 0.1)
    somebody.execute(sa.text("SELECT count(*) FROM users"))  # and the transaction stays open
    waiting = threading.Thread(target=invoke, args=(behind, "upgrade"))

    waiting.start()
    with behind.app_context(), db.engine.connect() as other:
        wait_for(lambda: _wants_the_table(other), "the migration to wait for the table")
        other.execute(sa.text("SET lock_timeout = '5s'"))
        other.execute(sa.text("SELECT count(*) FROM users"))
        other.commit()
    assert revision(behind) == "0002"
    somebody.rollback()
    waiting.join(30)

    assert revision(behind) != "0002"


def _wants_the_table(connection):
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
    found = connection.scalar(sa.text(f"{waits} AND relation = 'users'::regclass"))
    connection.commit()
    return found


def test_a_table_that_stays_in_use_is_one_line_and_nothing_is_changed(postgresql, behind, somebody, hasty):
    somebody.execute(sa.text("SELECT count(*) FROM users"))

    result = invoke(behind, "upgrade")

    assert result.exit_code == 1
    assert result.output.startswith("Error: the database is too busy to be changed")
    assert result.output.count("\n") == 1
    assert revision(behind) == "0002"


# feature: todos {
AT_ITS_LAST_INDEX = [("0022", "upgrade", "head", "todos")]
AT_ITS_LAST_INDEX += [("head", "downgrade", "0022", "items")]  # feature: shop


@pytest.mark.parametrize(("before", "command", "to", "table"), AT_ITS_LAST_INDEX)
def test_one_that_is_cut_off_at_its_last_index_can_be_made_again(
    postgresql, behind, somebody, hasty, before, command, to, table
):
    invoke(behind, "upgrade", before)
    somebody.execute(sa.text(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE"))  # as one who writes does
    assert invoke(behind, command, to).exit_code == 1
    somebody.rollback()

    again = invoke(behind, command, to)

    assert again.exit_code == 0, again.output


# }


# feature: shop {
def test_one_that_is_cut_off_as_it_changes_rows_can_be_made_again(postgresql, behind, somebody, hasty):
    invoke(behind, "upgrade", "head")
    with behind.app_context():
        make_order(make_user(), make_item())
    invoke(behind, "downgrade", "0024")
    somebody.execute(sa.text("SELECT id FROM orders FOR UPDATE"))  # as one who pays does
    assert invoke(behind, "upgrade").exit_code == 1
    somebody.rollback()

    again = invoke(behind, "upgrade")

    assert again.exit_code == 0, again.output
    with behind.app_context():
        assert Order.query.one().units == 1


# }
