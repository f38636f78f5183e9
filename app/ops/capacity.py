"""Whether PostgreSQL takes as many connections as all processes of this shop may open together."""

import sqlalchemy as sa

from app.runtime.config import Settings
from app.runtime.db import postgresql_url
from app.runtime.errors import OperatorError
from app.runtime.postgresql import OPTIONS

SPARE = 5
"""Connections that stay free for a migration, a backup and an operator's psql."""

ALL, RESERVED = "max_connections", ("superuser_reserved_connections", "reserved_connections")


class TooManyConnections(OperatorError):
    """The shop may open more connections than there are."""


def check(settings: Settings, processes: int = 1) -> None:
    """Before so many processes begin. Raises TooManyConnections, and says nothing of a database that is away."""
    if settings.sqlalchemy_database_uri.startswith("sqlite"):
        return
    if processes > settings.processes:
        raise TooManyConnections(
            f"KIOSK_PROCESSES is {settings.processes}, and this server alone would be {processes}: "
            "count the processes of all servers and workers"
        )
    try:
        most = room(settings)
    except sa.exc.SQLAlchemyError:
        return
    if settings.database_connections > most:
        raise TooManyConnections(
            f"KIOSK_DATABASE_CONNECTIONS is {settings.database_connections}, and PostgreSQL has room for {most}: "
            "lower it, or raise max_connections there"
        )


def room(settings: Settings) -> int:
    """How many connections the shop may have: all but what PostgreSQL reserves, and SPARE. Raises SQLAlchemyError."""
    engine = sa.create_engine(
        postgresql_url(settings.sqlalchemy_database_uri), poolclass=sa.NullPool, connect_args=OPTIONS
    )
    names = (ALL, *RESERVED)
    asked = sa.text("SELECT name, setting FROM pg_settings WHERE name IN :names")
    with engine.connect() as connection:
        rows = connection.execute(asked.bindparams(sa.bindparam("names", names, expanding=True)))
        limits: dict[str, int] = {name: int(setting) for name, setting in rows}
    return limits.pop(ALL) - sum(limits.values()) - SPARE
