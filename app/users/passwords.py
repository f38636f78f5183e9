"""Hashing of passwords: argon2id at OWASP's floor or above.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

AT_ONCE = threading.BoundedSemaphore(4)
"""How many hashes are worked out at once: each takes 19 MiB and a core."""


def hashed(password: str) -> str:
    with AT_ONCE:
        return hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`. Where nothing is stored it takes as long, and is False."""
    with AT_ONCE:
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
