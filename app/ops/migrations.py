"""Which tables the database has, and which this release needs. Flask-Migrate for all that changes them.

A server only compares the two. Alembic, 11 MB and a fifth of a second, is imported where a table is changed.
"""

import re
from functools import cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.runtime.config import ROOT
from app.runtime.db import db

FOLDER = ROOT / "migrations"
BEFORE = re.compile(r"^down_revision\b.*?=(.+)$", re.MULTILINE)
NAME = re.compile(r"""["'](\w+)["']""")


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
    before = (BEFORE.findall(file.read_text()) for file in (FOLDER / "versions").glob("*.py"))
    return frozenset({None, *NAME.findall(" ".join(chain(*before)))})


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
