"""How the browser tests run, and the only place to change it; `tests/e2e/conftest.py` loads this file.

Standard library alone: `scripts/install.py` asks it for the browser before anything else is there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Where Kiosk is. None: one is started, as below. `pytest --base-url URL` tests a deployed one instead.
base_url: str | None = None

KIOSK = [str(Path(sys.executable).with_name("kiosk"))]

# {port} is the first of so many free ones in a row, {data} an empty folder that goes after the tests.
web_server = {
    "command": [
        *[*KIOSK, "up", "--host", "localhost", "--port", "{port}", "--data", "{data}"],
        *["--trusted-proxies", "127.0.0.1"],  # each test comes from an address of its own, and meets no other's limits
    ],
    "ports": 5,
    "url": "http://localhost:{port}",  # not 127.0.0.1: passkeys belong to a name
    "ready": "/readyz",
    "timeout": 60,  # seconds
}

expect_timeout = 10_000  # ms, for what a test expects to see; a slow machine fails no test
action_timeout = 15_000  # ms, for clicks and for pages

# Every test runs in each, but for those marked @pytest.mark.projects("phone").
projects = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
context = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"}

# Kept in test-results/ where a test fails. A trace takes half of the browser's time again, so that one is asked for:
# `--tracing retain-on-failure`.
screenshot = "only-on-failure"
output = "test-results"


def launch(*, headed: bool = False) -> dict[str, object]:
    """Options for starting the browser. Without a path it is the one that `playwright install` fetched."""
    path = find_browser(BROWSERS if headed else HEADLESS + BROWSERS)
    return {"args": ARGUMENTS, **({"executable_path": path} if path else {})}


# A test browser talks to Kiosk and to nobody else.
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--renderer-process-limit=1",  # a process for every page takes a quarter more of the processor
]

# The same Chromium without its windows, which takes half of the processor's time.
HEADLESS = ("chromium-headless-shell", "chrome-headless-shell")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser(names: tuple[str, ...] = HEADLESS + BROWSERS) -> str:
    """KIOSK_BROWSER, or the first one on the PATH that starts; empty where there is none."""
    for name in [os.environ.get("KIOSK_BROWSER", ""), *names]:
        path = shutil.which(name)
        # Ubuntu's `chromium` may be a stub that asks for a snap: being there is not enough.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:  # noqa: S603
            return path
    return ""
