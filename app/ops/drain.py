"""Whether this server is about to stop. Its processes share it, and `/readyz` says so before anything closes."""

import mmap


class Drain:
    """Whether the server is about to stop: a byte of memory that its processes share."""

    def __init__(self) -> None:
        self._flag: mmap.mmap | None = None

    def share(self) -> None:
        """Called before the fork."""
        self._flag = mmap.mmap(-1, 1)

    def begin(self) -> None:
        if self._flag is not None:
            self._flag[0] = 1

    @property
    def is_on(self) -> bool:
        return self._flag is not None and bool(self._flag[0])


drain = Drain()
