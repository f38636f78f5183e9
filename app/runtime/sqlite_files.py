"""SQLite's database file: how a connection to it is set up, where it is, and how its log is emptied."""

import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 10
"""How long a statement waits for a lock of another connection."""

MEMORY = ("sqlite://", "sqlite:///:memory:")
"""Addresses of a database in memory."""


def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins no transaction by itself: `db.py` does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # deleted personal data is gone from the file too
    cursor.close()


def empty_log(engine: sa.Engine) -> None:
    """Empty SQLite's write-ahead log, so that data deleted from the database is gone from that file too.

    Writers wait while it waits for readers, so it gives up after a second: the next call tries again.
    https://sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    connection.detach()  # from the pool, since its busy time-out is shorter than the others'
    try:
        connection.cursor().execute("PRAGMA busy_timeout = 1000")
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def private(app: Flask) -> Path:
    """The file that stands in for `:memory:`. It is deleted with the application.

    SQLite's own memory database is one connection; a thread or a second session would see another database,
    or the middle of another one's transaction. A file behaves in tests as it does in production.
    """
    folder = tempfile.mkdtemp(prefix="kiosk-")
    weakref.finalize(app, shutil.rmtree, folder, ignore_errors=True)
    return Path(folder, "kiosk.db")


def path(engine: sa.Engine) -> Path | None:
    """The file of the database; None where the database is not SQLite's."""
    return Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None


def make_private(engine: sa.Engine) -> None:
    """Make SQLite's file where it is not there yet, for its owner alone: SQLite itself would let others read it.

    Nothing is raised: SQLite says what is wrong with a folder that is not there.
    """
    file = path(engine)
    if file is not None and is_missing(engine):
        with suppress(OSError):
            file.touch(mode=0o600)


def is_missing(engine: sa.Engine) -> bool:
    """Whether SQLite's file is not there yet. To connect would make an empty one."""
    file = path(engine)
    return file is not None and not file.exists()
