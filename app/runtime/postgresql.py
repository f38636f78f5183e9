"""Connections to PostgreSQL that give up: a server that hangs answers nothing, and breaks no connection either.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""

import time
from functools import cached_property
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout  # what `wait` raises; there is no public name
from psycopg.pq import TransactionStatus

from app.runtime import deadline

T = TypeVar("T")

CONNECT_SECONDS = 5
LEAST_SECONDS = 2
"""To connect in: the driver takes no less."""

STATEMENT_SECONDS = 15
"""After which the server itself ends a statement."""

ANSWER_SECONDS = STATEMENT_SECONDS + 5
"""How long one answer is waited for where no request waits for it."""

SUSPECT_SECONDS = 2
"""The same while the last answer that was waited for did not come: the next question need not wait as long."""

OPTIONS = {
    "connect_timeout": CONNECT_SECONDS,
    # A machine that is gone, rather than a server that hangs: its connections end by themselves.
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "options": f"-c timezone=utc -c lock_timeout=8000 -c statement_timeout={STATEMENT_SECONDS * 1000}",
}


NOTHING_MORE = (None,) * 6


class Silence:
    """Whether the database of this process has left a question without an answer, and has given none since."""

    is_suspected = False


silence = Silence()


class Cursor(psycopg.Cursor[Any]):
    @property
    def description(self) -> Any:
        """The names of the columns, as PEP 249 has them. SQLAlchemy asks for these at every statement.

        The driver's own looks up the type of each column too: a tenth of what a query of 18 columns costs.
        """
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        return [((result.fname(number) or b"").decode(), *NOTHING_MORE) for number in range(result.nfields)]


class Connection(psycopg.Connection[Any]):
    is_patient = False
    heard_at = 0.0
    """When the last answer came, by the monotonic clock."""

    @cached_property
    def kept_cursor(self) -> psycopg.Cursor[Any]:
        """For whatever fetches all rows at once. A new cursor learns anew how each type of column is read.

        It keeps the rows of the last statement until the next one.
        """
        return self.cursor()

    def commit_each(self, does: bool) -> None:
        """Whether each statement is a transaction by itself from now on. Call it between transactions.

        The driver's `autocommit` does the same, and waits for a connection that has nothing to say.
        """
        self._autocommit = does
        assert self.autocommit is does

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
        """Where no answer comes in time, the connection is closed by now: the server rolls back by itself.

        The pool calls it for each connection that comes back, and most have nothing to roll back.
        """
        if self.pgconn.transaction_status == TransactionStatus.IDLE:
            return
        try:
            super().rollback()
        except psycopg.OperationalError:
            if not self.closed:
                raise


def _patience() -> float:
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
    """Its statements take as long as they take: those of a migration."""
    driver: Any = connection.connection.dbapi_connection
    driver.is_patient = True


def init_engine(engine: sa.Engine) -> None:
    sa.event.listen(engine, "do_connect", _connect)


def cursor_of(connection: sa.Connection) -> Any:
    """A cursor of the driver, for whatever fetches all rows at once."""
    driver: Any = connection.connection.dbapi_connection
    return driver.kept_cursor if connection.dialect.name == "postgresql" else driver.cursor()
