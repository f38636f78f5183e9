"""Whether the process lives, and whether it can serve."""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.api import Access, Api
from app.db import db
from app.errors import Unavailable

routes = Api("ops")
MIGRATIONS = Path(__file__).parents[2] / "migrations"


class NotReady(Unavailable):
    error = "not_ready"


class Health(msgspec.Struct, frozen=True):
    status: Literal["ok"]


@routes.get("/healthz", access=Access.ALL)
def is_alive() -> Health:
    """Whether the process answers. Asks nobody else: a restart mends no database."""
    return Health("ok")


@routes.get("/readyz", access=Access.ALL, raises=(NotReady,))
def is_ready() -> Health:
    """Whether requests can be served: the database answers and has the tables of this release, or of a later one.

    A release works on the next one's tables too (docs/operations.md): an upgrade takes nobody out of service.
    """
    try:
        connection = db.session.connection()
        found = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.SQLAlchemyError as error:
        raise NotReady("The database does not answer.") from error
    if found in _outdated():
        raise NotReady("The database is not of this release: run `kiosk db upgrade`.")
    return Health("ok")


@cache
def _outdated() -> frozenset[str | None]:
    """The revisions of a database that this release cannot work on: those before its own, and none at all."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    return frozenset({None, *(each.revision for each in scripts.walk_revisions())} - {scripts.get_current_head()})
