"""What concerns some of the rows: which values a column has, what is unique, and what has an index."""

from typing import Any, get_args

import sqlalchemy as sa


def one_of(column: str, values: Any) -> sa.CheckConstraint:
    """The column holds one of the values of this `Literal`."""
    listed = ", ".join(f"'{value}'" for value in get_args(values))
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def index_where(name: str, *columns: str, condition: str) -> sa.Index:
    """An index of the rows for which the SQL `condition` holds, as queries have it to the letter."""
    where = sa.text(condition)
    return sa.Index(name, *columns, postgresql_where=where, sqlite_where=where)


def unique_where(name: str, *columns: str, condition: str) -> sa.Index:
    """The columns are unique among the rows for which the SQL `condition` holds."""
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)
