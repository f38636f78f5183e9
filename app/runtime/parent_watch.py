"""A process that ends with whoever started it, even where that one is killed: standard input is their line."""

import os
import signal
import threading


def hold() -> None:
    """From now on, SIGTERM for this process when standard input ends."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(0, 1):  # unbuffered: a buffer's lock would be in the way at the end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
