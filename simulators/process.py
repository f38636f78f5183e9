"""Starts a simulator as a process of its own, and ends it: for tests, and for programs that need one beside them."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent


class Process:
    """A running simulator; a context manager that stops it.

    It is tied to the process that started it: its standard input is a pipe, and it ends when that closes.
    """

    def __init__(self, name: str, *options: str, env: Mapping[str, str] | None = None, deadline: float = 30) -> None:
        """Returns once it listens. `env` is added to this process's environment.

        RuntimeError where it ends, or does not listen within `deadline` seconds.
        """
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(  # noqa: S603 - our own program, our own arguments
            [sys.executable, "-m", "simulators", name, "--lifeline", *options],
            env={**os.environ, **(env or {}), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C at a terminal is the parent's to handle
        )
        self.pid = self._process.pid
        self.url = self._await_url(name, deadline)

    def _await_url(self, name: str, deadline: float) -> str:
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()

        def read() -> None:
            assert self._process.stdout is not None
            for line in self._process.stdout:  # until it ends, so that it never blocks on a full pipe
                lines.put(line)
            lines.put("")

        self._reader = threading.Thread(target=read, name=f"{name} output", daemon=True)
        self._reader.start()
        try:
            line = lines.get(timeout=deadline)
        except queue.Empty:
            line = ""
        _, separator, url = line.strip().partition(" simulator on ")
        if not separator:
            self.kill()
            raise RuntimeError(f"the {name} simulator does not listen: {line.strip() or 'see its messages above'}")
        return url

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self, deadline: float = 5) -> None:
        """Asks it to end, and kills it where it does not within `deadline` seconds."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(deadline)
            except subprocess.TimeoutExpired:
                self.kill()
        self._close()

    def kill(self) -> None:
        """Ends it as `kill -9` does."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
