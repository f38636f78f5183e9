"""What importing Kiosk does: nothing but define things. `create_app` connects them."""

import json
import subprocess
import sys

import pytest

from tests.processes import ROOT

IMPORT_ALL = """
import gc
import importlib
import json
import pkgutil
import sys

from blinker import Signal

import app

hidden = []
for module in pkgutil.iter_modules(app.__path__, "app."):
    value = getattr(app, module.name.removeprefix("app."), None)
    if module.ispkg and value is not None and getattr(value, "__name__", None) != module.name:
        hidden.append(f"{module.name} is {value}")

for module in pkgutil.walk_packages(app.__path__, "app."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
signals = [each for each in gc.get_objects() if isinstance(each, Signal)]
assert any(each is sys.modules["app.users.signals"].leaving for each in signals)
listeners = [str(listener) for each in signals for listener in each.receivers.values()]
print(json.dumps({"hidden": hidden, "listeners": listeners}))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """What is wrong in a process that has imported `app`, and then every module of it."""
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


def test_importing_every_module_of_app_connects_no_listener(found: dict[str, list[str]]) -> None:
    assert found["listeners"] == []


def test_after_importing_app_each_of_its_folders_is_a_package(found: dict[str, list[str]]) -> None:
    assert found["hidden"] == []
