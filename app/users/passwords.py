"""Hashing of passwords: argon2id at OWASP's floor or above.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import Unavailable

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

AT_ONCE = threading.BoundedSemaphore(4)
"""How many hashes are worked out at once: each takes 19 MiB and a core."""

WAIT_SECONDS = 3


class Busy(Unavailable):
    error = "too_many_sign_ins"
    detail = "Too many people sign in at this moment. Try again soon."


@contextmanager
def _a_place() -> Iterator[None]:
    """Raises Busy where too many wait: each that does holds a thread of the server."""
    if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        AT_ONCE.release()


def hashed(password: str) -> str:
    with _a_place():
        return hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`. Where nothing is stored it takes as long, and is False."""
    with _a_place():
        try:
            return hasher.verify(stored or _nobodys(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    return hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    """What a password is compared with where there is no account, so that the answer takes the same time."""
    return hasher.hash("nobody has this password")
