"""Which tables the database has, and which this release needs. Flask-Migrate for all that changes them.

A server only compares the two. Alembic, 11 MB and a fifth of a second, is imported where a table is changed.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.runtime.config import ROOT
from app.runtime.db import db
from app.runtime.errors import OperatorError
from app.runtime.sqlite_files import is_missing

FOLDER = ROOT / "migrations"
BEFORE = re.compile(r"^down_revision\b.*?=(.+)$", re.MULTILINE)
OWN = re.compile(r"^revision\b.*?=(.+)$", re.MULTILINE)
NAME = re.compile(r"""["'](\w+)["']""")


class LaterRelease(OperatorError):
    def __init__(self, current: str) -> None:
        super().__init__(
            f"the database is of a later release, at revision {current}: migrate it by that release's `kiosk db`. "
            "This one works on its tables as they are, where it is the release before"
        )


def _files() -> Iterator[Path]:
    return (FOLDER / "versions").glob("*.py")


def revision() -> str | None:
    """Of the tables that the database has; None where it has none. Raises SQLAlchemyError."""
    connection = db.session.connection()
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    named: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return named


@cache
def outdated() -> frozenset[str | None]:
    """The revisions of a database that this release cannot work on: those before its own, and none at all."""
    before = (BEFORE.findall(file.read_text()) for file in _files())
    return frozenset({None, *NAME.findall(" ".join(chain(*before)))})


@cache
def _known() -> frozenset[str]:
    return frozenset(NAME.findall(" ".join(OWN.findall("".join(file.read_text() for file in _files())))))


def refuse_later() -> None:
    """Raises LaterRelease where the database has tables that this release has no migrations of."""
    if is_missing(db.engine):
        return
    try:
        current = revision()
    finally:
        db.session.remove()
    if current is not None and is_later(current):
        raise LaterRelease(current)


def is_later(current: str) -> bool:
    """Whether this release has no migration of that revision."""
    return current not in _known()


class _Deferred:
    """Flask-Migrate's settings. They are made, and Alembic imported, only once its functions look for them."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate

        ours = self._app.cli.commands["db"]
        Migrate(self._app, db, directory=str(FOLDER), render_as_batch=True)
        self._app.cli.add_command(ours)  # it has put its own in the place
        return getattr(self._app.extensions["migrate"], name)


def init_app(app: Flask) -> None:
    app.extensions["migrate"] = _Deferred(app)
