"""The environment of the processes that Kiosk starts. It is handed on here, and read by `config.py` alone."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from app.runtime.config import PREFIX


def announce(name: str, value: str) -> None:
    """Set a variable that a library reads by itself, for this process and those that it starts."""
    os.environ[name] = value


def withdraw(name: str) -> None:
    """Take back what was announced."""
    os.environ.pop(name, None)


def environment(values: Mapping[str, Any]) -> dict[str, str]:
    """This process's environment, with `values` in place of all settings of Kiosk. `values` may be nested."""
    others = {name: value for name, value in os.environ.items() if not name.startswith((f"{PREFIX}_", "DATABASE_URL"))}
    return others | dict(_flat(PREFIX + "_", values))


def _flat(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}__", value)
        else:
            yield prefix + name, str(value)


def is_configured() -> bool:
    """Whether this process was given any settings."""
    return any(name.startswith((f"{PREFIX}_", "DATABASE_URL")) for name in os.environ)


def adopt(values: Mapping[str, Any]) -> None:
    """Let `values` be the settings of this process, in place of all that it was given."""
    adopted = environment(values)
    os.environ.clear()
    os.environ.update(adopted)
