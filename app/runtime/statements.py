"""Statements that SQLAlchemy compiles once, and that then go to the driver directly.

At each execution SQLAlchemy looks up the compiled statement, checks the parameters and wraps the rows, which takes
longer than the driver does (docs/performance.md has the figures). This module is for the few statements that requests
execute most. Use SQLAlchemy for all others.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.runtime.postgresql import cursor_of

Processor = Callable[[Any], Any]
"""SQLAlchemy's conversion of a value: of a bound one to what the driver takes, or of the driver's result to ours."""


class _Compiled:
    """A statement in one dialect: its SQL, and how values become parameters and results become rows."""

    def __init__(self, statement: Any, column_names: Sequence[str] | None, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=column_names)
        self.sql: str = compiled.string
        self._positions: Sequence[str] | None = compiled.positiontup
        self._bind_processors: dict[str, Processor | None] = {}
        self._constants: dict[str, Any] = {}
        for name, bind in compiled.binds.items():
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.required:
                self._bind_processors[name] = process
            else:
                self._constants[name] = process(bind.value) if process else bind.value
        columns = statement.exported_columns
        processors = (each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns)
        self._result_processors = [(place, process) for place, process in enumerate(processors) if process]
        row: Any = namedtuple("Row", columns.keys(), rename=True)  # type: ignore[misc]  # noqa: PYI024 -- no fixed columns
        self._row = row._make

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """What the driver takes: by name or by position, as the dialect has them. Raises ValueError."""
        if len(values) != len(self._bind_processors):  # what the statement does not know would be lost in silence
            raise ValueError(f"values for other parameters: {sorted(values.keys() ^ self._bind_processors.keys())}")
        named = {
            name: process(values[name]) if process else values[name] for name, process in self._bind_processors.items()
        }
        named |= self._constants
        return named if self._positions is None else [named[name] for name in self._positions]

    def rows(self, results: Sequence[tuple[Any, ...]]) -> list[Any]:
        if not self._result_processors:
            return list(map(self._row, results))
        rows = []
        for result in map(list, results):
            for place, process in self._result_processors:
                result[place] = process(result[place])
            rows.append(self._row(result))
        return rows


class Statement:
    """A statement that returns rows: a SELECT, or another one with RETURNING.

    `column_names` are those that an INSERT sets. Defaults of columns in Python are not used: give all values. A value
    that is no parameter of the statement, or one that is missing, raises ValueError.
    """

    def __init__(self, statement: sa.Select[Any] | sa.UpdateBase, *column_names: str) -> None:
        self._statement = statement
        self._column_names = column_names or None
        self._compiled: dict[str, _Compiled] = {}

    def execute(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[Any]:
        """Its rows, as named tuples. Raises SQLAlchemy's errors."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        parameters = compiled.parameters(values)
        cursor = cursor_of(connection)
        # SQLAlchemy's own event, so that what counts or traces statements sees this one too.
        connection.engine.dispatch.before_cursor_execute(connection, cursor, compiled.sql, parameters, None, False)
        try:
            return compiled.rows(cursor.execute(compiled.sql, parameters).fetchall())
        except dialect.loaded_dbapi.Error as error:
            raise _wrapped(error, compiled.sql, connection, cursor) from error

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        compiled = self._compiled[dialect.name] = _Compiled(self._statement, self._column_names, dialect)
        return compiled


def _wrapped(error: Exception, sql: str, connection: sa.Connection, cursor: Any) -> BaseException:
    """The driver's error as SQLAlchemy's. A connection that is lost does not go back to the pool."""
    dialect = connection.dialect
    driver, kind = connection.connection.dbapi_connection, dialect.loaded_dbapi.Error
    is_lost = dialect.is_disconnect(error, driver, cursor)  # type: ignore[arg-type]
    if is_lost:
        connection.invalidate(error)
    return sa.exc.DBAPIError.instance(
        sql, None, error, kind, hide_parameters=True, connection_invalidated=is_lost, dialect=dialect
    )


# ---------------------------------------------------------------- lists of values


def in_list(column: sa.ColumnElement[Any], number: int) -> sa.ColumnElement[bool]:
    """`column IN (…)` with this number of parameters: a compiled statement cannot take a list of another length."""
    return column.in_([sa.bindparam(_nth(column, place), type_=column.type) for place in range(number)])


def list_values(column: sa.ColumnElement[Any], values: Iterable[Any]) -> dict[str, Any]:
    """The parameters of `in_list`."""
    return {_nth(column, place): value for place, value in enumerate(values)}


def _nth(column: sa.ColumnElement[Any], place: int) -> str:
    return f"{column.key}_{place}"


# ---------------------------------------------------------------- rows of several tables

NewRows = tuple[sa.Table, Sequence[Mapping[str, Any]]]
"""Rows to be inserted into a table. All set the same columns, those with a default in Python included."""


MOST_ROWS = 12
"""More rows are inserted table by table. There is a compiled statement for each number of rows: many, if unlimited."""


def insert_all(connection: sa.Connection, inserts: Sequence[NewRows]) -> int:
    """Insert rows into several tables, in one round trip where the database can. Returns the id of the last row.

    No foreign key may lead from one of the tables to another.
    """
    inserts = [(table, rows) for table, rows in inserts if rows]
    if connection.dialect.name != "postgresql":
        for table, rows in inserts:
            for row in rows:
                last_id = _insert(connection, [(table, [row])])
        return last_id
    if sum(len(rows) for _, rows in inserts) <= MOST_ROWS:
        return _insert(connection, inserts)
    *others, last = inserts
    for table, rows in others:
        connection.execute(sa.insert(table), list(rows))
    return _insert(connection, [last])


def _insert(connection: sa.Connection, inserts: Sequence[NewRows]) -> int:
    statement = _insert_statement(tuple((table, tuple(rows[0]), len(rows)) for table, rows in inserts))
    values = {
        _parameter(name, place, number): value
        for place, (_, rows) in enumerate(inserts)
        for number, row in enumerate(rows)
        for name, value in row.items()
    }
    row_id: int = statement.execute(connection, values)[-1].id
    return row_id


@lru_cache(64)
def _insert_statement(shapes: tuple[tuple[sa.Table, tuple[str, ...], int], ...]) -> Statement:
    """`shapes` has for each table the names of the columns and the number of rows.

    One statement: the last INSERT, with the others in its WITH clause.

    https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING
    """
    *others, last = (_insert_into(place, *shape) for place, shape in enumerate(shapes))
    ctes = (insert.cte(f"insert_{place}") for place, insert in enumerate(others))
    return Statement(last.returning(last.table.c.id).add_cte(*ctes))


def _insert_into(place: int, table: sa.Table, names: tuple[str, ...], number: int) -> sa.Insert:
    def row(nth: int) -> dict[str, sa.BindParameter[Any]]:
        return {name: sa.bindparam(_parameter(name, place, nth), type_=table.c[name].type) for name in names}

    return sa.insert(table).values([row(nth) for nth in range(number)])


def _parameter(name: str, place: int, number: int) -> str:
    return f"{name}_{place}_{number}"
