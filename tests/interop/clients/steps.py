"""What the programs of this folder share: a registration at the simulator, a person at its page, telling what works.

Each is run as `python PROGRAM ISSUER`, and prints a line of JSON for each call: its name, and the error or null.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests

ISSUER = sys.argv[1]
CALLBACK = "http://localhost/callback"
SIGNED_OUT = "http://localhost/bye"
SCOPE = "openid email profile offline_access"


def call(name: str) -> Callable[[Callable[[], Any]], None]:
    def run(act: Callable[[], Any]) -> None:
        error = None
        try:
            act()
        except Exception as problem:  # noqa: BLE001 -- whatever a library raises
            error = f"{type(problem).__name__}: {problem}"
        print(json.dumps({"call": name, "error": error}))

    return run


@contextmanager
def refused(words: str) -> Iterator[None]:
    """What is done within has to be refused in these words."""
    try:
        yield
    except Exception as problem:
        if words not in str(problem):
            raise
    else:
        raise AssertionError("it was taken")


def register() -> dict[str, Any]:
    metadata = {"redirect_uris": [CALLBACK], "post_logout_redirect_uris": [SIGNED_OUT]}
    answer = requests.post(f"{ISSUER}/register", json=metadata, timeout=10)
    answer.raise_for_status()
    client: dict[str, Any] = answer.json()
    return client


def choose(url: str, **button: str) -> str:
    """Presses the button of ada, or another. Where the browser is sent to."""
    given = button or {"person": "ada"}
    answer = requests.post(url, data=given, allow_redirects=False, timeout=10)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def forge(**fault: object) -> None:
    """What the next ID token has wrong."""
    answer = requests.put(f"{ISSUER}/_control/faults/id_token", json={"times": 1, **fault}, timeout=10)
    answer.raise_for_status()
