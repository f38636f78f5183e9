"""The rules of tests/unit/conftest.py hold."""

import asyncio
import socket

import pytest
import sqlalchemy as sa
from flask import Flask
from pytest_socket import SocketBlockedError


def test_no_socket_opens() -> None:
    with pytest.warns(UserWarning, match="socket"), pytest.raises(SocketBlockedError):
        socket.socket()


def test_no_application_is_made() -> None:
    with pytest.raises(pytest.fail.Exception, match="move it to tests/integration"):
        Flask(__name__)


def test_no_database_is_reached() -> None:
    engine = sa.create_engine("sqlite://")

    with pytest.raises(pytest.fail.Exception, match="move it to tests/integration"):
        engine.connect()


def test_an_event_loop_still_runs() -> None:
    assert asyncio.run(asyncio.sleep(0, result="done")) == "done"
