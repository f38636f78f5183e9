"""Limits how many slow operations run at once, so that other requests are still served beside them.

    with at_once.SEARCHES.turn():
        ...

Each process counts for itself, since it is its processor time and its connections that these take.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from flask import has_request_context

from app.runtime.turns import Turns, lent
from app.web.client_address import client_network
from app.web.limits import SEARCH, TooManyRequests, check

WAIT_SECONDS = 2
AGAIN_SECONDS = 1


class AtOnce:
    """`running` run at once and `waiting` more wait, at most `each` of them for one client. More are refused."""

    def __init__(self, *, running: int, waiting: int, each: int) -> None:
        self.most, self.each = running + waiting, each
        self._turns = Turns(running)
        self._there: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def turn(self, *, is_needed: bool = True) -> Iterator[None]:
        """Raises TooManyRequests, at once or after WAIT_SECONDS. Outside of a request no caller waits."""
        if not is_needed or not has_request_context():
            yield
            return
        whose = client_network() or "nowhere"
        self._enter(whose)
        try:
            with lent():
                has_turn = self._turns.take(WAIT_SECONDS)
            if not has_turn:
                raise TooManyRequests.wait(AGAIN_SECONDS)
            try:
                yield
            finally:
                self._turns.give_back()
        finally:
            self._leave(whose)

    def _enter(self, whose: str) -> None:
        with self._lock:
            if self._there[whose] >= self.each or self._there.total() >= self.most:
                raise TooManyRequests.wait(AGAIN_SECONDS)
            self._there[whose] += 1

    def _leave(self, whose: str) -> None:
        with self._lock:
            self._there[whose] -= 1
            if not self._there[whose]:
                del self._there[whose]


UPLOADS = AtOnce(running=1, waiting=3, each=2)
"""Pictures that are decoded, each of which takes hundreds of megabytes."""

SEARCHES = AtOnce(running=1, waiting=7, each=4)
"""Searches by words, pages so deep that all rows before them are counted, and landmarks of long lists."""


@contextmanager
def search_turn(*, is_needed: bool) -> Iterator[None]:
    """A turn of SEARCHES, counted for the limit of the client. Raises TooManyRequests."""
    if is_needed:
        check(SEARCH)
    with SEARCHES.turn(is_needed=is_needed):
        yield
