"""What `kiosk doctor` says of the catalogue."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.runtime.checks import Check, Line
from app.runtime.db import db
from app.runtime.search import is_there
from app.runtime.sqlite_files import is_missing


def checks() -> Iterator[tuple[str, Check]]:
    yield "search", check_search


def check_search() -> Iterator[Line]:
    if db.engine.dialect.name != "sqlite" or is_missing(db.engine):
        return
    try:
        with db.engine.connect() as connection:
            has_index = is_there(connection, "items_search")
    except sa.exc.SQLAlchemyError:  # the check of the database says so
        return
    if not has_index:
        mend = "use a Python whose SQLite is 3.34 or newer; then `kiosk db downgrade 0015` and `kiosk db upgrade`"
        yield Line("warn", "search", "there is no index of words: each search reads all items", mend)
