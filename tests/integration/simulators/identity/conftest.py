"""A running identity simulator, its control, and a client that plays by the book."""

import httpx
import pytest

from simulators.identity.control import Control
from simulators.process import Process
from tests.integration.simulators.identity.party import Party


@pytest.fixture(scope="session")
def simulator():
    with Process("identity", "--port", "0", "--control") as process:
        yield process.url


@pytest.fixture(scope="session")
def steering(simulator):
    with Control(simulator) as control:
        yield control


@pytest.fixture
def control(steering):
    """Steers the simulator for one test, and puts everything right after it."""
    yield steering
    steering.reset()


@pytest.fixture(scope="session")
def http():
    with httpx.Client(trust_env=False, timeout=10, verify=False) as client:
        yield client


@pytest.fixture
def party(simulator, control, http):
    return Party(simulator, http)
