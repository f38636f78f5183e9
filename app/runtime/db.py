"""The database: its engine and session, statements without a transaction around them, and column types.

| what | when |
| --- | --- |
| `db.session` | the usual way. `web/api.py` commits what a route has changed |
| `read(query)` | rows without the ORM: in the open transaction if there is one, else outside of any |
| `write(statement)` | one statement that is a transaction by itself, committed at once |
| a `Statement` | as `query` or `statement` above, for the few that requests execute most (`statements.py`) |
| `Statement.execute(connection, …)` | the same within the transaction of `connection` |
"""

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache, partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import flask_sqlalchemy.session
import sqlalchemy as sa
import sqlalchemy.orm
from flask import Flask, current_app, has_app_context
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, MappedColumn, class_mapper, mapped_column

from app.runtime import postgresql as postgresql_connections
from app.runtime import sqlite_files
from app.runtime.async_bridge import bridge
from app.runtime.statements import Statement

POOL_SECONDS = 5
"""How long a request waits for a connection: it is answered within 15 seconds all the same (`deadline.py`)."""

AFTER = "after commit"
"""Where a session keeps the calls of `after_commit`."""

IS_READER = "is_reader"
"""The execution option that marks `reader()`."""


class Session(flask_sqlalchemy.session.Session):
    """The session behind `db.session`. On the event loop its queries raise BlockingCall."""

    def get_bind(self, *args: Any, **kwargs: Any) -> sa.Engine | sa.Connection:
        """SQLAlchemy calls it before every access to the database: queries, lazy loads and flushes."""
        bridge.check("db.session")
        return reader() if _mode.get() == "reading" else super().get_bind(*args, **kwargs)

    def commit(self) -> None:
        bridge.check("db.session.commit")
        if self.in_transaction():
            super().commit()
        for call in self.info.pop(AFTER, {}).values():
            call()

    def rollback(self) -> None:
        bridge.check("db.session.rollback")
        self.info.pop(AFTER, None)
        super().rollback()


NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(
    model_class=Base,
    # Objects stay readable after a commit: they are not fetched again just to be shown.
    session_options={"class_": Session, "expire_on_commit": False},
)

if TYPE_CHECKING:
    from flask_sqlalchemy.model import Model as FlaskModel

    from app.runtime.config import Settings

    class Model(FlaskModel, Base):
        """mypy cannot see through `db.Model`."""

        __abstract__ = True
else:

    class Model(db.Model):
        __abstract__ = True

        @classmethod
        def __table_cls__(cls, *args: Any, **kwargs: Any) -> sa.Table | None:
            """The id of a deleted row is not given to another one. SQLite would do so by itself.

            https://sqlite.org/autoinc.html
            """
            return super().__table_cls__(*args, sqlite_autoincrement=True, **kwargs)


M = TypeVar("M", bound=Model)


class Moment(sa.types.TypeDecorator[datetime]):
    """A point in time, UTC; SQLite forgets the zone, and this gives it back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        return value if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        del dialect
        return value if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts up by itself for INTEGER alone
Blob = sa.LargeBinary


def public_id() -> MappedColumn[str]:
    """A column with the id of a row outside of Kiosk: random, and never given to another row.

    Ids that count up are given again: on PostgreSQL after a restore, which sets the sequences back.
    """
    return mapped_column(sa.String(32), unique=True, default=partial(token_hex, 16))


def utcnow() -> datetime:
    return datetime.now(UTC)


_mode: ContextVar[Literal["", "reading", "writing"]] = ContextVar("mode", default="")


@contextmanager
def writing() -> Iterator[None]:
    """Every transaction begun within takes SQLite's write lock at once.

    One that reads first and then wants to write fails with "database is locked" where another wrote in between,
    whatever the busy time-out (https://sqlite.org/rescode.html#busy_snapshot). PostgreSQL does not mind.
    """
    token = _mode.set("writing")
    try:
        yield
    finally:
        _mode.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Within, `db.session` only reads, in autocommit: no round trip is spent on beginning or ending a transaction."""
    token = _mode.set("reading")
    try:
        yield
    finally:
        _mode.reset(token)


def reader() -> sa.Engine:
    """The engine in autocommit mode. It shares the connections of `db.engine`."""
    engine: sa.Engine = current_app.extensions["reader"]
    return engine


@contextmanager
def autocommit() -> Iterator[sa.Connection]:
    """A connection on which each statement is a transaction by itself."""
    with reader().connect() as connection:
        _set_autocommit(connection)  # a Statement goes to the driver directly, which fires no "begin" event
        yield connection


def read(query: sa.Select[*tuple[Any, ...]] | Statement, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """The rows of a query, in one round trip and without the ORM.

    Where `db.session` is in a transaction the query is part of it. Elsewhere it is sent again, once and over another
    connection, where the first connection turns out to be lost.
    """
    bridge.check("db.read")
    if _is_open():
        return _rows(db.session().connection(), query, values)
    try:
        return _rows_in_autocommit(query, values)
    except sa.exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _rows_in_autocommit(query, values)


def _is_open() -> bool:
    """Whether the session of this context has a transaction open."""
    return db.session.registry.has() and db.session().in_transaction()


def _rows_in_autocommit(statement: Any, values: Mapping[str, Any] | None) -> Sequence[Any]:
    with autocommit() as connection:
        return _rows(connection, statement, values)


def _rows(connection: sa.Connection, statement: Any, values: Mapping[str, Any] | None) -> Sequence[Any]:
    if isinstance(statement, Statement):
        return statement.execute(connection, values or {})
    return connection.execute(statement, values).all()


def write(statement: sa.UpdateBase | Statement, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows that one statement RETURNS. It is committed by itself: one round trip instead of three.

    `db.session` may have no transaction open.
    """
    bridge.check("db.write")
    assert not _is_open()
    return _rows_in_autocommit(statement, values)


def unattached(model: type[M], **values: Any) -> M:
    """An object with these values of a row's columns, for a row that was inserted without the ORM.

    It belongs to no session. A column that is not given reads as None, whatever its default is. The model's own
    constructor takes ten times as long, because it notes each value as a change to be written.
    """
    made = class_mapper(model).class_manager.new_instance()
    made.__dict__.update(values)
    assert isinstance(made, model)
    return made


def commit() -> None:
    """Commit `db.session`, if this request has used it: to begin one for nothing takes a tenth of a short request."""
    if db.session.registry.has():
        db.session.commit()


def table(model: type[Model]) -> sa.Table:
    """The table of a model: a statement on it does not go through the ORM, and costs less."""
    made = model.__table__
    assert isinstance(made, sa.Table)
    return made


def insert_into(session: sqlalchemy.orm.Session, model: type[Model]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT in the dialect of the session's database, which has `on_conflict_do_nothing` and `_do_update`."""
    return _insert(session.get_bind().dialect.name, model)


def _insert(dialect: str, model: type[Model]) -> postgresql.Insert | sqlite.Insert:
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table(model))


def insert_once(session: sqlalchemy.orm.Session, model: type[Model], values: dict[str, Any]) -> int | None:
    """Insert a row, unless it would violate a unique constraint. Its id, or None where it would. Not committed."""
    key: int | None = session.execute(_once(session.get_bind().dialect.name, model), values).scalar()
    return key


@cache
def _once(dialect: str, model: type[Model]) -> sa.Insert:
    return _insert(dialect, model).on_conflict_do_nothing().returning(*sa.inspect(model).primary_key)


def affected(
    session: sqlalchemy.orm.Session, statement: sa.Update | sa.Delete, values: Mapping[str, Any] | None = None
) -> int:
    """Execute `statement`, and say how many rows it changed: 0 where its condition held for none."""
    result = session.execute(statement, values)
    assert isinstance(result, sa.CursorResult)
    return result.rowcount


def after_commit(session: sqlalchemy.orm.Session, name: str, call: Callable[[], object]) -> None:
    """Make this call once the transaction is committed; none if it is rolled back. Of calls with one name the last."""
    session.info.setdefault(AFTER, {})[name] = call


def _begin_sqlite(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get(IS_READER):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _mode.get() == "writing" else "BEGIN")


def _set_autocommit(connection: sa.Connection) -> None:
    """Switch the driver to autocommit for the reader engine, and back for the other one: they share connections.

    SQLAlchemy's isolation level AUTOCOMMIT would do the same, but takes half as much time as a query.
    """
    options = connection.get_execution_options()
    if connection.dialect.name == "postgresql" and "isolation_level" not in options:
        driver: Any = connection.connection.dbapi_connection
        driver.switch_autocommit(on=bool(options.get(IS_READER)))


def _options(app: Flask, uri: str) -> dict[str, Any]:
    """Engine options of Flask-SQLAlchemy for the database at `uri`."""
    if uri.startswith("sqlite"):
        url = f"sqlite:///{sqlite_files.private(app)}" if uri in sqlite_files.MEMORY else uri
        return {"url": url, "pool_size": 20, "max_overflow": 20, "pool_timeout": POOL_SECONDS, "hide_parameters": True}
    settings: Settings = app.extensions["settings"]
    return {
        "url": postgresql_url(uri),
        "pool_size": settings.pool_size,
        "max_overflow": 0,
        "pool_timeout": POOL_SECONDS,
        "hide_parameters": True,  # an error's text goes to the log, and what it was about may be secret
        "connect_args": postgresql_connections.OPTIONS,
    }


def postgresql_url(uri: str) -> str:
    """The address with the name of the driver that Kiosk uses."""
    return "postgresql+psycopg://" + uri.partition("://")[2]


def init_app(app: Flask) -> None:
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    options = _options(app, uri)
    app.config["SQLALCHEMY_DATABASE_URI"] = options.pop("url")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {**options, **app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {})}
    db.init_app(app)
    app.config["SQLALCHEMY_DATABASE_URI"] = uri  # as it was given: other code reads it too
    with app.app_context():
        engine = db.engine
    weakref.finalize(app, engine.dispose)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", sqlite_files.prepare)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        postgresql_connections.init_engine(engine)
        sa.event.listen(engine, "begin", _set_autocommit)
    app.extensions["reader"] = engine.execution_options(**{IS_READER: True})
    bridge.has_transaction = lambda: has_app_context() and _is_open()
