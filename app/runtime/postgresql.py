"""Connections to PostgreSQL that give up: a server that hangs answers nothing, and breaks no connection either.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

import select
import time
from functools import cached_property
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout  # what `wait` raises; there is no public name
from psycopg.pq import TransactionStatus
from sqlalchemy.pool import ConnectionPoolEntry

from app.runtime import deadline

T = TypeVar("T")

CONNECT_SECONDS = 5
LEAST_SECONDS = 2
"""The shortest time to connect in that libpq takes."""

STATEMENT_SECONDS = 15
"""After which the server itself ends a statement."""

ANSWER_SECONDS = STATEMENT_SECONDS + 5
"""How long to wait for an answer outside of requests."""

SUSPECT_SECONDS = 2
"""The same while a Silence is suspected: then it makes no sense to wait as long again."""

FRESH_SECONDS = 0.05
"""A restart of PostgreSQL takes longer, so that afterwards no open connection is as fresh as this."""

OPTIONS = {
    "connect_timeout": CONNECT_SECONDS,
    # A machine that is gone, rather than a server that hangs: its connections end by themselves.
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "options": f"-c timezone=utc -c lock_timeout=8000 -c statement_timeout={STATEMENT_SECONDS * 1000}",
}


NO_TYPE = (None,) * 6
"""PEP 249 has seven values per column; all but the name may be None."""


class Silence:
    """`is_suspected` once the database has not answered in time, until its next answer to this process."""

    is_suspected = False


silence = Silence()


class Cursor(psycopg.Cursor[Any]):
    @property
    def description(self) -> Any:
        """The names of the columns, in the form of PEP 249. SQLAlchemy reads these after every statement.

        The driver's own description holds the type of each column too, which takes a tenth of the time of a query of
        18 columns.
        """
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        return [((result.fname(number) or b"").decode(), *NO_TYPE) for number in range(result.nfields)]


class Connection(psycopg.Connection[Any]):
    is_patient = False
    """Whether it waits for answers without a limit."""

    heard_at = 0.0
    """When the last answer came, by the monotonic clock."""

    @cached_property
    def kept_cursor(self) -> psycopg.Cursor[Any]:
        """For statements whose rows are all fetched at once. A new cursor would look up anew how to read each type.

        It holds the rows of the last statement until the next one.
        """
        return self.cursor()

    def switch_autocommit(self, *, on: bool) -> None:
        """Sets `autocommit` without its wait for the connection, which is idle. Call it between transactions."""
        self._autocommit = on
        assert self.autocommit is on

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Raises psycopg.OperationalError and closes the connection where no answer comes in time."""
        seconds = timeout if timeout is not None or self.is_patient else _patience()
        try:
            answer = super().wait(gen, interval, seconds)
        except _WaitTimeout as error:
            if seconds == timeout:
                raise
            silence.is_suspected = True
            self.pgconn.finish()
            raise psycopg.OperationalError("the database does not answer in time") from error
        silence.is_suspected = False
        self.heard_at = time.monotonic()
        return answer

    def commit(self) -> None:
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().commit()

    def rollback(self) -> None:
        """Raises nothing where no answer comes in time: the connection is closed then, so the server rolls back.

        The pool calls this for each connection that comes back, and most have nothing to roll back.
        """
        if self.pgconn.transaction_status == TransactionStatus.IDLE:
            return
        try:
            super().rollback()
        except psycopg.OperationalError:
            if not self.closed:
                raise


def _patience() -> float:
    """How many seconds to wait for an answer."""
    left = deadline.time_left()
    most = SUSPECT_SECONDS if silence.is_suspected else ANSWER_SECONDS
    return most if left is None else max(0.0, min(left, most))


def _connect(_dialect: Any, _record: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Connection:
    """Raises psycopg.OperationalError."""
    left = deadline.time_left()
    if left is not None:
        if left < LEAST_SECONDS:
            raise psycopg.OperationalError("there is no time left to connect to the database")
        options = {**options, "connect_timeout": int(min(left, CONNECT_SECONDS))}
    return Connection.connect(*args, cursor_factory=Cursor, **options)


def be_patient(connection: sa.Connection) -> None:
    """Let statements on this connection take as long as they take, such as those of a migration."""
    driver: Any = connection.connection.dbapi_connection
    driver.is_patient = True


def _check(connection: Any, _entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Hand out no connection that the server has closed, so that a restart of the database fails no request.

    On an idle connection there is something to read only when the server has closed it. To look takes no round trip,
    but lets another thread run first, so a connection that was used within FRESH_SECONDS is not looked at: if the
    server closed it since then, the next statement fails.
    """
    if connection.closed:  # by a rollback that got no answer
        raise sa.exc.DisconnectionError
    if time.monotonic() - connection.heard_at < FRESH_SECONDS:
        return
    watched = select.poll()
    watched.register(connection.pgconn.socket, select.POLLIN)
    if watched.poll(0):
        raise sa.exc.InvalidatePoolError


def init_engine(engine: sa.Engine) -> None:
    sa.event.listen(engine, "do_connect", _connect)
    sa.event.listen(engine, "checkout", _check)


def cursor_of(connection: sa.Connection) -> Any:
    """A cursor of the driver, for statements whose rows are all fetched at once."""
    driver: Any = connection.connection.dbapi_connection
    return driver.kept_cursor if connection.dialect.name == "postgresql" else driver.cursor()
