"""Writes down as a scenario what a test does, so that a story that went wrong can be played again."""

import inspect
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from simulators.payments.control import Control
from simulators.payments.scenario import ACTS, THINGS, Given


class Recorder:
    """Everything that a Control has; what is an act of a scenario is written down as a step.

    With `pace` each step says when it was made, in seconds from the beginning.
    """

    def __init__(self, control: Control, *, pace: bool = False) -> None:
        self.control = control
        self.steps: list[Given] = []
        self._began = time.monotonic() if pace else None
        self._muted = threading.local()

    def __getattr__(self, name: str) -> Any:
        return partial(self.act, name) if name in ACTS else getattr(self.control, name)

    def hold_webhooks(self, *types: str) -> None:
        self.act("treat_webhooks", "hold", types=list(types) or None)

    def act(self, act: str, *args: Any, **given: Any) -> Any:
        """Does it. An act that fails is written down as one that may."""
        if getattr(self._muted, "now", False):
            return ACTS[act](self.control, *args, **given)
        step = self._note(act, self._told(act, args, given))
        try:
            return ACTS[act](self.control, *args, **given)
        except BaseException:
            step["may_fail"] = True
            raise

    @contextmanager
    def shop(self, do: str, **given: Any) -> Iterator[None]:
        """What the shop, its people or its clock do: one step, whatever the simulator is asked for meanwhile."""
        said = {key: value for key, value in given.items() if value is not None}
        self._note("shop", {"do": do} | ({"given": said} if said else {}))
        self._muted.now = True
        try:
            yield
        finally:
            self._muted.now = False

    def _note(self, act: str, given: Given) -> Given:
        at = {} if self._began is None else {"at": round(time.monotonic() - self._began, 2)}
        step = {"act": act, **at, **given}
        self.steps.append(step)
        return step

    def _told(self, act: str, args: tuple[Any, ...], given: Given) -> Given:
        """As a scenario has it: things by their number, and nothing that is null."""
        bound = inspect.signature(ACTS[act]).bind(self.control, *args, **given).arguments
        named = dict(list(bound.items())[1:])
        for key in [key for key, value in named.items() if isinstance(value, dict) and key in ("match", "fields")]:
            named |= named.pop(key)
        if "times" in named and named["times"] is None:
            named["times"] = "all"
        return {key: self._number(key, value) for key, value in named.items() if value is not None}

    def _number(self, key: str, value: Any) -> Any:
        if key not in THINGS:
            return value
        return 1 + [each["id"] for each in self.control.state()[THINGS[key]]].index(value)

    def write(self, file: Path, title: str) -> Path:
        """As a scenario; its folder is made."""
        file.parent.mkdir(parents=True, exist_ok=True)
        parts = [f"title = {toml(title)}", *map(_table, self.steps)]
        file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
        return file


def _table(step: Given) -> str:
    return "\n".join(["[[step]]", *(f"{key} = {toml(value)}" for key, value in step.items())])


def toml(value: Any) -> str:
    """A string, number, boolean, list or table of these, in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
