"""Statements that are compiled once, and then handed to the driver as they are.

SQLAlchemy looks a statement up, checks it and wraps its rows each time, which takes longer than the driver does. This
is for the few that requests execute most; all others are left to SQLAlchemy.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

Process = Callable[[Any], Any]
"""Makes a driver's value of ours, or ours of a driver's."""


class _Compiled:
    """A statement for one kind of database."""

    def __init__(self, statement: "Statement", dialect: sa.Dialect) -> None:
        compiled: Any = statement.of.compile(dialect=dialect, column_keys=statement.given)
        self.sql: str = compiled.string
        self.positions: Sequence[str] | None = compiled.positiontup
        binds = {name: (bind, _to_driver(bind.type, dialect)) for name, bind in compiled.binds.items()}
        self.takes = [(name, process) for name, (bind, process) in binds.items() if bind.required]
        self.fixed = {
            name: process(bind.value) if process else bind.value
            for name, (bind, process) in binds.items()
            if not bind.required
        }
        columns = statement.of.exported_columns
        gives = ((place, _from_driver(column.type, dialect)) for place, column in enumerate(columns))
        self.gives = [(place, process) for place, process in gives if process]
        row: Any = namedtuple("Row", columns.keys(), rename=True)  # type: ignore[misc]  # noqa: PYI024 -- known only now
        self.row = row._make

    def parameters(self, values: Mapping[str, Any]) -> Any:
        made = {name: process(values[name]) if process else values[name] for name, process in self.takes}
        made |= self.fixed
        return made if self.positions is None else [made[name] for name in self.positions]

    def rows(self, raw: Sequence[tuple[Any, ...]]) -> list[Any]:
        if not self.gives:
            return list(map(self.row, raw))
        rows = []
        for each in map(list, raw):
            for place, process in self.gives:
                each[place] = process(each[place])
            rows.append(self.row(each))
        return rows


class Statement:
    """One that gives rows: a SELECT, or another with RETURNING. `given` are the columns that an INSERT sets.

    A column's default in Python is not used: all of `given` have to be among the values.
    """

    def __init__(self, statement: sa.Select[Any] | sa.UpdateBase, *given: str) -> None:
        self.of: Any = statement
        self.given = given or None
        self._compiled: dict[str, _Compiled] = {}

    def execute(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[Any]:
        """Its rows, as named tuples. Raises SQLAlchemy's errors."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        parameters = compiled.parameters(values)
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        connection.engine.dispatch.before_cursor_execute(connection, cursor, compiled.sql, parameters, None, False)
        try:
            return compiled.rows(cursor.execute(compiled.sql, parameters).fetchall())
        except dialect.loaded_dbapi.Error as error:
            raise _wrapped(error, compiled.sql, connection, cursor) from error
        finally:
            cursor.close()

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        made = self._compiled[dialect.name] = _Compiled(self, dialect)
        return made


Rows = tuple[sa.Table, Sequence[Mapping[str, Any]]]
"""New rows of a table. All have the same columns, and those that have a default in Python are among them."""


def insert_all(connection: sa.Connection, parts: Sequence[Rows]) -> int:
    """Insert rows of several tables, in one round trip where the database can. Gives the id of the last one.

    No foreign key may lead from one of the tables to another.
    """
    parts = [(table, rows) for table, rows in parts if rows]
    if connection.dialect.name != "postgresql":
        return [_insert(connection, ((table, [row]),)) for table, rows in parts for row in rows][-1]
    return _insert(connection, parts)


def _insert(connection: sa.Connection, parts: Sequence[Rows]) -> int:
    shape = tuple((table, tuple(rows[0]), len(rows)) for table, rows in parts)
    values = {
        f"{name}_{place}_{number}": value
        for place, (_, rows) in enumerate(parts)
        for number, row in enumerate(rows)
        for name, value in row.items()
    }
    row_id: int = _together(shape).execute(connection, values)[-1].id
    return row_id


@lru_cache(256)
def _together(shape: tuple[tuple[sa.Table, tuple[str, ...], int], ...]) -> Statement:
    """https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING"""
    *others, last = (_of_shape(place, *part) for place, part in enumerate(shape))
    ctes = (each.cte(f"part_{place}") for place, each in enumerate(others))
    return Statement(last.returning(shape[-1][0].c.id).add_cte(*ctes))


def _of_shape(place: int, table: sa.Table, names: tuple[str, ...], count: int) -> sa.Insert:
    def parameter(name: str, number: int) -> sa.BindParameter[Any]:
        return sa.bindparam(f"{name}_{place}_{number}", type_=table.c[name].type)

    return sa.insert(table).values([{name: parameter(name, number) for name in names} for number in range(count)])


def _to_driver(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Process | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Process | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _wrapped(error: Exception, sql: str, connection: sa.Connection, cursor: Any) -> BaseException:
    """As SQLAlchemy has it. A connection that is lost goes back to no pool."""
    dialect = connection.dialect
    driver, kind = connection.connection.dbapi_connection, dialect.loaded_dbapi.Error
    is_lost = dialect.is_disconnect(error, driver, cursor)  # type: ignore[arg-type]
    if is_lost:
        connection.invalidate(error)
    return sa.exc.DBAPIError.instance(
        sql, None, error, kind, hide_parameters=True, connection_invalidated=is_lost, dialect=dialect
    )
