"""Hashing of passwords: argon2id at OWASP's floor or above.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.runtime.errors import Unavailable
from app.web import limits

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

AT_ONCE = threading.BoundedSemaphore(4)
"""How many hashes are worked out at once: each takes 19 MiB and a core."""

WAIT_SECONDS = 3

ADMITTED = threading.BoundedSemaphore(28)
"""How many are at it or wait for it: a few threads of the server are always left for those who do not sign in."""

NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$N6Mm5qI6iYB+sE3qTIDVfA$fhv0uZ1eAiTMYJugJGbm70f4glNQRwPHj8YMeHeeouY"
"""What a password is compared with where there is no account, so that the answer takes the same time, the first one
too. Nobody knows what it is the hash of; its parameters are those of `hasher`."""


class Busy(Unavailable):
    error = "too_many_sign_ins"
    detail = "Too many people sign in at this moment. Try again soon."


@contextmanager
def _a_place() -> Iterator[None]:
    """Raises TooManyRequests for a client who hashes too much, whatever for.

    Raises Busy where too many wait: each that does holds a thread of the server.
    """
    limits.check(limits.HASH)
    if not ADMITTED.acquire(blocking=False):
        raise Busy
    try:
        if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
            raise Busy
        try:
            yield
        finally:
            AT_ONCE.release()
    finally:
        ADMITTED.release()


def normalised(password: str) -> str:
    """One way to write it, of those that Unicode calls equal and keyboards choose from: NFC (RFC 8265, section 4.2)."""
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    with _a_place():
        return hasher.hash(normalised(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`. Where nothing is stored it takes as long, and is False."""
    with _a_place():
        try:
            return hasher.verify(stored or NOBODYS, normalised(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    return hasher.check_needs_rehash(stored)
