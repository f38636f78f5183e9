"""Ends this process with the one that started it, even where that one is killed: standard input ends then."""

import os
import signal
import threading


def watch_parent() -> None:
    """From now on, send this process SIGTERM when its standard input ends."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(0, 1):  # unbuffered: a thread that waits in a buffer's lock would stop the interpreter from ending
        pass
    os.kill(os.getpid(), signal.SIGTERM)
