"""Runs the migrations on the application's own engine, one process at a time: see `app/ops/migrate.py`."""

import re
import warnings
from functools import partial

import sqlalchemy as sa
from alembic import context
from flask import current_app

from app import models
from app.ops.migrate import alone, check_references, patiently, put_right
from app.runtime.db import db, writing

OF_WORDS = re.compile(r"\w+_search(_(data|idx|content|docsize|config))?")
NOT_OF_MODELS = {"ix_orders_paid_last", "ix_todos_newest"}

assert models.__all__  # every table is known to the metadata by now


def run() -> None:
    with writing(), alone(db.engine) as connection:
        patiently(connection, partial(put_right, connection))
        patiently(connection, partial(migrate, connection))


def migrate(connection: sa.Connection) -> None:
    """On SQLite all of it in one transaction, which is its lock; elsewhere one each, so that none holds locks long."""
    options = {"render_as_batch": True, **current_app.extensions["migrate"].configure_args}
    options.update(target_metadata=db.metadata, transactional_ddl=True, compare_type=True)
    options.update(include_name=_is_of_models)
    options.update(transaction_per_migration=connection.dialect.name != "sqlite")
    context.configure(connection=connection, **options)
    with context.begin_transaction(), warnings.catch_warnings():
        # Of an index of SQLite that has an expression; `_is_of_models` leaves it out.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection", sa.exc.SAWarning)
        context.run_migrations()
        check_references(connection)


def _is_of_models(name: str | None, kind: str, _parents: object) -> bool:
    """Not the indexes of words, which SQLite keeps in tables, nor those of expressions or of a descending column.

    No model can describe these.
    """
    return kind not in ("index", "table") or (name not in NOT_OF_MODELS and not OF_WORDS.fullmatch(name or ""))


def run_offline() -> None:
    context.configure(
        url=db.engine.url, target_metadata=db.metadata, literal_binds=True, dialect_opts={"paramstyle": "named"}
    )
    with context.begin_transaction():
        context.run_migrations()


run_offline() if context.is_offline_mode() else run()
