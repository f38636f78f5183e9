"""Unit tests see no application, no database and no socket. This is what keeps them to it."""

import pytest


@pytest.fixture(autouse=True)
def alone(socket_disabled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets fail here by pytest-socket; Flask and SQLAlchemy by this."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a unit test touches neither application nor database: move it to tests/integration")

    monkeypatch.setattr("flask.Flask.__init__", refuse)
    monkeypatch.setattr("sqlalchemy.engine.Engine.connect", refuse)
    monkeypatch.setattr("sqlalchemy.engine.Engine.raw_connection", refuse)
    monkeypatch.setattr("sqlite3.connect", refuse)
    monkeypatch.setattr("psycopg.connect", refuse)
