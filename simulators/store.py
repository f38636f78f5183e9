"""Everything that a simulator knows, in memory, and in one file where asked for.

The file is a journal: one line of JSON per transaction, written by one call and therefore there as a
whole or, after a crash in the middle of it, not at all. It is rewritten compactly at each start.
"""

import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

Resource = dict[str, Any]


class Store:
    """Tables of objects by id, in order of creation, behind one lock.

    `with store:` is a transaction: no other thread reads or writes meanwhile, and what was put is written
    out at its end. Objects are shared, not copied: change them inside a transaction, and put them.
    """

    def __init__(self, program: str, kinds: Iterable[str], file: Path | None = None) -> None:
        """`kinds` are the names of the tables, `meta` among them."""
        self.lock = threading.RLock()
        self._program = program
        self._tables: dict[str, dict[str, Resource]] = {kind: {} for kind in kinds}
        self._pending: dict[str, dict[str, Resource | None]] = {}
        self._depth = 0
        self._path, self._journal = file, -1
        self.watch: Callable[[str, str, Resource], None] | None = None
        """Called with each kind, name and value that is put."""
        if file is not None:
            self._load(file)
        self.starts = int(self["meta"].get("starts", {}).get("number", 0))
        """How often it was begun with this file before: a seed goes on with other ids after a restart."""
        self._tables["meta"]["starts"] = {"number": self.starts + 1}
        if file is not None:
            self._rewrite(file)

    def __getitem__(self, kind: str) -> dict[str, Resource]:
        return self._tables[kind]

    def put(self, kind: str, name: str, value: Resource) -> None:
        self._tables[kind][name] = value
        self._pending.setdefault(kind, {})[name] = value
        if self.watch is not None:
            self.watch(kind, name, value)

    def remove(self, kind: str, name: str) -> None:
        if self._tables[kind].pop(name, None) is not None:
            self._pending.setdefault(kind, {})[name] = None

    def clear(self) -> None:
        with self.lock:
            starts = self._tables["meta"]["starts"]
            for table in self._tables.values():
                table.clear()
            self._tables["meta"]["starts"] = starts
            self._pending.clear()
            if self._path is not None:
                self._rewrite(self._path)

    def __enter__(self) -> Self:
        self.lock.acquire()
        self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        try:
            if self._depth == 0 and self._pending:
                if self._journal >= 0:
                    os.write(self._journal, dumps(self._pending).encode() + b"\n")
                self._pending = {}
        finally:
            self.lock.release()

    def _load(self, file: Path) -> None:
        try:
            lines = file.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for number, line in enumerate(lines, 1):
            try:
                self._apply(json.loads(line) if line else {})
            except (AttributeError, KeyError, ValueError):
                if number == len(lines):  # the line that a crash cut short
                    return
                said = f"{file}: line {number} is not a journal line of the {self._program} simulator"
                raise ValueError(said) from None

    def _apply(self, change: dict[str, dict[str, Any]]) -> None:
        for kind, entries in change.items():
            for name, value in entries.items():
                if value is None:
                    self._tables[kind].pop(name, None)
                else:
                    self._tables[kind][name] = value

    def _rewrite(self, file: Path) -> None:
        """Puts what is known into a new file, and that in the place of the old one."""
        if self._journal >= 0:
            os.close(self._journal)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(file.name + ".new")
        with fresh.open("wb") as out:
            out.write(dumps(self._tables).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
        self._journal = os.open(file, os.O_WRONLY | os.O_APPEND)


def dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
