"""Runs the migrations on the application's own engine, each run in one transaction, on SQLite too."""

from alembic import context
from flask import current_app

from app import models
from app.db import db, writing

assert models.__all__  # every table is known to the metadata by now


def run() -> None:
    options = {"render_as_batch": True, **current_app.extensions["migrate"].configure_args}
    options.update(target_metadata=db.metadata, transactional_ddl=True, compare_type=True)
    with writing(), db.engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()


def run_offline() -> None:
    context.configure(
        url=db.engine.url, target_metadata=db.metadata, literal_binds=True, dialect_opts={"paramstyle": "named"}
    )
    with context.begin_transaction():
        context.run_migrations()


run_offline() if context.is_offline_mode() else run()
