"""How a migration runs: one process at a time, beside servers that go on serving."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from alembic import op

from app.runtime import sqlite_files
from app.runtime.errors import OperatorError
from app.runtime.postgresql import be_patient

LOCK = 0x6B696F736B
"""One of PostgreSQL's advisory locks: the process that holds it migrates this database."""

PATIENCE = 120.0
"""Seconds to wait for another process that migrates, or for locks that requests hold."""

LOCK_SECONDS = 0.5
"""The longest wait for one lock on a table: every request to that table queues up behind us meanwhile.

Less than the second after which PostgreSQL looks for a deadlock (deadlock_timeout): where a request and a migration of
several tables wait for each other, it is the migration that gives way and tries again.
"""

PAUSE = 0.5

BATCH = 10_000
"""Ids of the rows that are changed at a time, in some 0.1 s."""

ASIDE = "kiosk_before_restore"
"""The schema where a database stands while a backup takes its place."""


class Stuck(OperatorError):
    """A migration did not get the locks that it needs. Nothing of it was done."""


@contextmanager
def alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection outside of any transaction, while no other process migrates. Raises Stuck."""
    sqlite_files.make_private(engine)
    with engine.connect() as connection:
        connection.detach()  # closed at the end, and with it the lock and all settings of this connection
        if engine.dialect.name == "sqlite":
            _set_sqlite(connection)
        else:
            _lock_postgresql(connection)
        yield connection


def _set_sqlite(connection: sa.Connection) -> None:
    """The write lock, which the migration's transaction takes, is the lock that there is.

    Alembic alters a table by making it anew; with foreign keys on, dropping the old one would delete all rows that
    refer to it. The pragma counts outside a transaction alone: https://sqlite.org/lang_altertable.html#otheralter
    """
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()


def _lock_postgresql(connection: sa.Connection) -> None:
    """Asks again and again: a statement that waits is a snapshot that CREATE INDEX CONCURRENTLY would wait for."""
    until = time.monotonic() + PATIENCE
    while not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(LOCK))):
        connection.commit()
        if time.monotonic() > until:
            raise Stuck(
                f"another process migrates or restores this database, and is not done after {PATIENCE:.0f} s:"
                " run this again."
            )
        time.sleep(PAUSE)
    connection.execute(sa.text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
    connection.execute(sa.text("SET statement_timeout = 0"))  # an index takes as long as it takes
    be_patient(connection)
    connection.commit()


def put_right(connection: sa.Connection) -> None:
    """Where a restore was killed before the backup was there, what stood aside comes back. Committed."""
    if connection.dialect.name == "sqlite":
        return
    inspector = sa.inspect(connection)
    if ASIDE in inspector.get_schema_names() and not inspector.has_table("alembic_version"):
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql(f"ALTER SCHEMA {ASIDE} RENAME TO public")
    connection.commit()


def patiently(connection: sa.Connection, migrate: Callable[[], None]) -> None:
    """Call `migrate`, and again where it did not get a lock. Requests that wait for it get through in between.

    Raises Stuck.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            migrate()
        except sa.exc.OperationalError as error:
            connection.rollback()
            if not _is_in_the_way(error):
                raise
            if time.monotonic() > until:
                raise Stuck(f"the database is too busy to be changed: {error.orig}. Run this again.") from error
        else:
            return
        time.sleep(PAUSE)


def _is_in_the_way(error: sa.exc.OperationalError) -> bool:
    """Whether the lock of another connection is the cause."""
    cause = error.orig
    locked = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
    return isinstance(cause, locked) or "database is locked" in str(cause)


def add_index(name: str, table: str, columns: Sequence[str], condition: str | None = None, using: str = "") -> None:
    """Make an index. On PostgreSQL requests go on meanwhile, and what the migration did before is committed.

    A run that was cut off may have left it, and left it unusable, so it is made anew.
    https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    """
    what = f"{name} ON {table} {using}({', '.join(columns)})" + (f" WHERE {condition}" if condition else "")
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"CREATE INDEX {what}")
        return
    raw: Any = op.get_bind().connection.dbapi_connection
    raw.commit()
    raw.autocommit = True  # Alembic's way, `autocommit_block`, does not work on a detached connection
    try:
        raw.execute(f"SET lock_timeout = '{PATIENCE}s'")  # it waits for transactions, and none for it
        raw.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        raw.execute(f"CREATE INDEX CONCURRENTLY {what}")
        raw.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    finally:
        raw.autocommit = False


def fill(table: str, column: str, value: str) -> None:
    """Set the column of all rows to `value`, an SQL expression. The table has an `id`.

    On PostgreSQL requests go on meanwhile, and what the migration did before is committed: a request that changes a row
    waits for a batch, not for all of them.
    """
    rows = sa.table(table, sa.column("id", sa.BigInteger), sa.column(column))
    update = sa.update(rows).values({column: sa.literal_column(value)})
    if op.get_context().dialect.name == "sqlite":
        op.execute(update)
        return
    connection: Any = op.get_bind()
    newest = connection.scalar(sa.select(sa.func.max(rows.c.id))) or 0
    for first in range(0, newest + 1, BATCH):
        connection.execute(update.where(rows.c.id.between(first, first + BATCH - 1)))
        connection.connection.dbapi_connection.commit()  # Alembic has the transaction of the connection itself


def check_references(connection: sa.Connection) -> None:
    """What SQLite did not check while foreign keys were off. Raises IntegrityError, before anything is committed."""
    if connection.dialect.name != "sqlite":
        return
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        words = f"a row of {broken[0]} would refer to a row of {broken[2]} that is not there"
        raise sa.exc.IntegrityError("PRAGMA foreign_key_check", None, Exception(words))
