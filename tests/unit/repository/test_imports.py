"""What importing Kiosk does: nothing but define things. `create_app` connects them."""

import subprocess
import sys

from tests.processes import ROOT

LISTENERS = """
import gc
import importlib
import pkgutil

from blinker import Signal

import app

for module in pkgutil.walk_packages(app.__path__, "app."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
signals = [each for each in gc.get_objects() if isinstance(each, Signal)]
assert any(each is app.users.signals.leaving for each in signals)
print(*(listener for each in signals for listener in each.receivers.values()), sep="\\n", end="")
"""


def test_importing_every_module_of_app_connects_no_listener() -> None:
    done = subprocess.run([sys.executable, "-c", LISTENERS], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


PACKAGES = """
import pkgutil

import app

for module in pkgutil.iter_modules(app.__path__, "app."):
    name = module.name.removeprefix("app.")
    value = getattr(app, name, None)
    if module.ispkg and value is not None and getattr(value, "__name__", None) != module.name:
        print(name, value)
"""


def test_after_importing_app_each_of_its_folders_is_a_package() -> None:
    done = subprocess.run([sys.executable, "-c", PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
