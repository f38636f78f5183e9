"""Limits how many slow operations run at once, so that other requests are still served beside them.

    with at_once.SEARCHES.turn():
        ...

Each process counts for itself, since it is its processor time and its connections that these take.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from flask import has_request_context

from app.runtime.turns import Turns, lent
from app.web.client_address import client_network
from app.web.limits import SEARCH, TooManyRequests, check

WAIT_SECONDS = 2
AGAIN_SECONDS = 1
LONGEST_REST = 0.1
"""Seconds."""


class AtOnce:
    """`running` run at once and `waiting` more wait, at most `each` of them for one client. More are refused.

    After one has ended, the next one begins only `rest` times as long later as that one took, LONGEST_REST at most: so
    much of the time is left to all other requests, however many wait here.
    """

    def __init__(
        self,
        *,
        running: int,
        waiting: int,
        each: int,
        rest: float = 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.most, self.each, self._rest = running + waiting, each, rest
        self._clock, self._sleep = clock, sleep
        self._rests_until = 0.0
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
                if not self._turns.take(WAIT_SECONDS):
                    raise TooManyRequests.wait(AGAIN_SECONDS)
                if (pause := self._rests_until - self._clock()) > 0:
                    self._sleep(pause)
            began = self._clock()
            try:
                yield
            finally:
                ended = self._clock()
                self._rests_until = ended + min((ended - began) * self._rest, LONGEST_REST)
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

SEARCHES = AtOnce(running=1, waiting=7, each=4, rest=2)
"""Searches by words, pages so deep that all rows before them are counted, and landmarks of long lists."""


@contextmanager
def search_turn(*, is_needed: bool) -> Iterator[None]:
    """A turn of SEARCHES, counted for the limit of the client. Raises TooManyRequests."""
    if is_needed:
        check(SEARCH)
    with SEARCHES.turn(is_needed=is_needed):
        yield
