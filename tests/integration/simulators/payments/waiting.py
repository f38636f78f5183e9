"""Waiting for a condition, with a deadline."""

import threading
import time


def until(condition, timeout=10):
    """What `condition` returns once that is true; AssertionError after `timeout` seconds."""
    deadline, pause = time.monotonic() + timeout, threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {timeout} s"
        pause.wait(0.01)
    return found
