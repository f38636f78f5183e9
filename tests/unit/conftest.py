"""Unit tests see no application, no database and no socket. This is what keeps them to it."""

import sqlite3

import pytest


@pytest.fixture(autouse=True)
def alone(socket_disabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets fail here by pytest-socket; Flask and SQLAlchemy by this."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a unit test touches neither application nor database: move it to tests/integration")

    connect = sqlite3.connect

    def refuse_but_for_coverage(database: str, *arguments: object, **options: object) -> sqlite3.Connection:
        """Which lines a test reaches is kept in SQLite while it runs."""
        if ".coverage" not in database:
            refuse()
        return connect(database, *arguments, **options)

    monkeypatch.setattr("flask.Flask.__init__", refuse)
    monkeypatch.setattr("sqlalchemy.engine.Engine.connect", refuse)
    monkeypatch.setattr("sqlalchemy.engine.Engine.raw_connection", refuse)
    monkeypatch.setattr("sqlite3.connect", refuse_but_for_coverage)
    monkeypatch.setattr("psycopg.connect", refuse)
