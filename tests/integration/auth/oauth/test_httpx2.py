"""Kiosk beside `httpx2`, which other packages bring along and Authlib prefers to `httpx`."""

import subprocess
import sys
from urllib.parse import urlsplit

import httpx
import pytest

from simulators.identity.control import walk

pytestmark = pytest.mark.any_database

PREFERRED = """
from authlib.integrations.httpx_client import AsyncOAuth2Client
print(AsyncOAuth2Client.__mro__[2].__module__.partition(".")[0])
"""


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """Every Python that is started from here on can import httpx2, and this environment stays as it is."""
    folder = tmp_path / "packages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "httpx2"]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"httpx2 cannot be installed here: {installed.stderr.strip()[-300:]}")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def preferred():
    """Which of the two Authlib makes its own client of."""
    command = [sys.executable, "-W", "ignore", "-c", PREFERRED]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def sign_in(live_kiosk, identity_simulator):
    """Ada signs in at a running shop; where she is sent."""

    def go():
        shop = live_kiosk(public_url="http://localhost", identity=identity_simulator.url).http
        left = shop.get("/oauth/login/acme")
        with httpx.Client(trust_env=False, timeout=10, verify=False) as pages:
            back = urlsplit(walk(pages, left.headers["Location"], "ada"))
        return shop.get(f"{back.path}?{back.query}", headers={"Cookie": left.headers["Set-Cookie"].partition(";")[0]})

    return go


@pytest.mark.long
def test_a_sign_in_works_with_httpx2_beside(beside, sign_in):
    assert preferred() == "httpx2"

    response = sign_in()

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert "kiosk=" in response.headers["Set-Cookie"]


@pytest.mark.long
def test_a_sign_in_works_with_httpx_alone(sign_in):
    assert preferred() == "httpx"

    assert sign_in().headers["Location"] == "/"
