"""Hashes passwords by argon2id, with at least the parameters that OWASP asks for.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.runtime.errors import Unavailable
from app.runtime.turns import lent
from app.web import limits

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

AT_ONCE = threading.BoundedSemaphore(4)
"""How many passwords are hashed at once: each takes 19 MiB and a core."""

WAIT_SECONDS = 3

ADMITTED = threading.BoundedSemaphore(28)
"""How many may be hashed or wait for it: some threads of the server are always free for requests without a sign-in."""

STAND_IN = "$argon2id$v=19$m=19456,t=2,p=1$N6Mm5qI6iYB+sE3qTIDVfA$fhv0uZ1eAiTMYJugJGbm70f4glNQRwPHj8YMeHeeouY"
"""A password is compared with this hash where there is no account, so that the answer takes the same time, also the
first time. No known password has this hash. Its parameters are those of `hasher`."""


class Busy(Unavailable):
    error = "too_many_sign_ins"
    detail = "Too many users sign in at this moment. Try again soon."


@contextmanager
def _place() -> Iterator[None]:
    """A place among those who hash. Raises TooManyRequests for a client that has too many passwords hashed.

    Raises Busy where too many requests wait: each of them holds a thread of the server.
    """
    limits.check(limits.HASH)
    if not ADMITTED.acquire(blocking=False):
        raise Busy
    try:
        with lent():  # those who hash have turns of their own: these
            if not AT_ONCE.acquire(timeout=WAIT_SECONDS):
                raise Busy
            try:
                yield
            finally:
                AT_ONCE.release()
    finally:
        ADMITTED.release()


def normalised(password: str) -> str:
    """The password in NFC (RFC 8265, section 4.2): keyboards send different characters for the same text."""
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    with _place():
        return hasher.hash(normalised(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether `stored` is a hash of `password`. Without a stored hash it takes as long, and is False."""
    with _place():
        try:
            return hasher.verify(stored or STAND_IN, normalised(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    return hasher.check_needs_rehash(stored)
