"""A copy of the database in one file, taken while Kiosk serves, and the way back.

A backup holds no sessions: one that was ended since would be valid again after a restore.
"""

import logging
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from sqlalchemy.engine import URL

from app.auth.models import OneTimeToken, RefreshToken, UserSession
from app.auth.oauth.models import OAuthRequest, OAuthReturn
from app.auth.passkeys.models import PasskeyChallenge  # feature: passkeys
from app.ops.migrate import ASIDE, Stuck, alone, patiently, put_right
from app.runtime.child_environment import environment
from app.runtime.errors import OperatorError

log = logging.getLogger(__name__)

PASSING = tuple(
    model.__tablename__
    for model in (
        RefreshToken,
        OAuthRequest,
        OAuthReturn,
        PasskeyChallenge,  # feature: passkeys
        OneTimeToken,
        UserSession,
    )
)
"""Tables of what is valid for a while only. A table that refers to another one comes before it."""

TOOL_SECONDS = 6 * 3600
BUSY_SECONDS = 60.0


class Failed(OperatorError):
    """No backup, or none that could be restored; the message says how to mend it."""


def backup(engine: sa.Engine, file: Path) -> None:
    """Write the whole database as of one moment to `file`, which only its owner may read. Raises Failed."""
    if file.exists():
        raise Failed(f"{file} is there already: give the backup another name.")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        if engine.dialect.name == "sqlite":
            _copy_sqlite(_path(engine), part)
            _forget_sessions(part)
        else:
            _dump(engine.url, part)
        part.replace(file)
    except OSError as error:
        raise Failed(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def restore(engine: sa.Engine, file: Path, *, replace: bool) -> str:
    """Put a backup in the place of the database, all of it or nothing. Gives its revision. Raises Failed, Stuck."""
    with alone(engine) as connection:
        patiently(connection, partial(put_right, connection))
        return _restored(engine, connection, file, replace=replace)


def _restored(engine: sa.Engine, connection: sa.Connection, file: Path, *, replace: bool) -> str:
    if not replace and sa.inspect(engine).has_table("alembic_version"):
        raise Failed("there is a shop in this database: add --replace to give up all that is in it.")
    if engine.dialect.name == "sqlite":
        _check(file)
        _copy_sqlite(file, _path(engine))
    else:
        _undump(engine, connection, file)
    with engine.connect() as looking:
        return MigrationContext.configure(looking).get_current_revision() or ""


# ---------------------------------------------------------------- SQLite


def _path(engine: sa.Engine) -> Path:
    return Path(engine.url.database or "")


def _copy_sqlite(source: Path, target: Path) -> None:
    """By SQLite's own online backup, in one step: what is written meanwhile waits for it, or is not in it."""
    until = time.monotonic() + BUSY_SECONDS

    def give_up(*_: int) -> None:  # Python itself would try for ever
        if time.monotonic() > until:
            raise sqlite3.OperationalError("the database is in use, stop whatever uses it")

    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as from_,
            closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as to,
        ):
            from_.backup(to, progress=give_up)
    except sqlite3.Error as error:
        raise Failed(f"{source} cannot be copied to {target}: {error}.") from error


def _forget_sessions(file: Path) -> None:
    """Make it one file without a log beside it, and remove the sessions."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in PASSING:
            if table in there:
                connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 -- a name of ours
        connection.execute("VACUUM")  # what was deleted is gone from the file too


def _check(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            [[verdict]] = connection.execute("PRAGMA integrity_check(1)")
            connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error as error:
        raise Failed(f"{file} is no backup of a Kiosk on SQLite: {error}.") from error
    if verdict != "ok":
        raise Failed(f"{file} is damaged: {' '.join(verdict.split())}. Take another backup.")


# ---------------------------------------------------------------- PostgreSQL


def _dump(url: URL, file: Path) -> None:
    leave_out = [f"--exclude-schema={ASIDE}", *(f"--exclude-table-data={table}" for table in PASSING)]
    _run("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={file}", *leave_out])


def _undump(engine: sa.Engine, connection: sa.Connection, file: Path) -> None:
    """The tables are moved to another schema meanwhile, and come back where the backup cannot be restored."""
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", str(file)]
    drop = f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE"
    step_aside = [drop, f"ALTER SCHEMA public RENAME TO {ASIDE}", "CREATE SCHEMA public"]
    patiently(connection, partial(_execute, connection, *step_aside))
    try:
        _run("pg_restore", engine.url, options)
    except BaseException:
        patiently(connection, partial(put_right, connection))
        raise
    try:
        patiently(connection, partial(_execute, connection, drop))
    except Stuck:
        log.warning("a connection still reads the old tables: drop the schema %s later", ASIDE)


def _execute(connection: sa.Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.commit()


def _run(program: str, url: URL, options: list[str]) -> None:
    """One of PostgreSQL's own programs. The password is in its environment, which no other user of the machine sees."""
    path = shutil.which(program)
    if path is None:
        raise Failed(f"{program} is not here: install PostgreSQL's client of the server's version, or a newer one.")
    where = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    env = environment({}) | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's own program, on our own database
        [path, f"--dbname={where}", *options],
        env=env,
        capture_output=True,
        text=True,
        timeout=TOOL_SECONDS,
        check=False,
    )
    if done.returncode:
        error_and_detail = " ".join(done.stderr.split("\n")[:2]).strip()
        raise Failed(error_and_detail or f"{program} gave no reason")
