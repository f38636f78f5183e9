"""Rules that the database itself keeps: which values a column has, and what is unique among some of the rows."""

from typing import Any, get_args

import sqlalchemy as sa


def one_of(column: str, values: Any) -> sa.CheckConstraint:
    """The column holds one of the values of this `Literal`."""
    listed = ", ".join(f"'{value}'" for value in get_args(values))
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def unique_where(name: str, *columns: str, condition: str) -> sa.Index:
    """The columns are unique among the rows for which the SQL `condition` holds."""
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)
