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
    """Whether requests can be served: the database answers and has the tables of this release."""
    try:
        connection = db.session.connection()
        found = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.SQLAlchemyError as error:
        raise NotReady("The database does not answer.") from error
    if found != _head():
        raise NotReady("The database is not of this release: run `kiosk db upgrade`.")
    return Health("ok")


@cache
def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()
