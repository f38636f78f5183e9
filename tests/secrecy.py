"""No secret in any line that is logged while tests run: not by this process, and not by those that it started.

What is secret is learned where it passes by (what tests send, and what they are answered), known from the settings,
or told by its shape, which is what remains for a browser's sessions with a server of its own. Every test ends with a
look at what was logged meanwhile, so that the one to blame is named, also where several processes run tests.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from typing import Any

import httpx
from flask.testing import FlaskClient

from tests import settings

SHAPES = {
    "a signed token": re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]+", re.ASCII),
    "an opaque token": re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])", re.ASCII),
    "a hash of a password": re.compile(r"\$argon2"),
    "a key of a provider": re.compile(r"\b(sk_test|sk_live|whsec)_\w", re.ASCII),
    "a parameter of a link": re.compile(r"[?&](token|code|state)=\w", re.ASCII),
}
FIELDS = (
    *("password", "new_password", "current_password", "token", "refresh_token", "access_token", "id_token"),
    *("code", "recovery_codes", "secret", "uri", "client_secret"),
)
LEAST = 12
"""Characters; what is shorter stands in lines by chance."""

ALWAYS = {settings.SECRET_KEY, settings.JWT_SECRET_KEY, settings.CLIENT_SECRET}
RECORD = frozenset(vars(logging.makeLogRecord({})))


class Watch:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.learned: set[str] = set()

    def install(self) -> None:
        """See every record on its way to the handlers, whatever these are, and what passes on the wire."""
        handle = logging.Logger.handle

        def seen(logger: logging.Logger, record: logging.LogRecord) -> None:
            self.lines.append(written(record))
            handle(logger, record)

        logging.Logger.handle = seen  # type: ignore[method-assign]
        FlaskClient.open = self._listening(FlaskClient.open)  # type: ignore[method-assign]
        httpx.Client.request = self._listening(httpx.Client.request)  # type: ignore[method-assign]

    def _listening(self, send: Any) -> Any:
        @wraps(send)
        def sent(*args: Any, **given: Any) -> Any:
            self.learn(given.get("json"))
            answer = send(*args, **given)
            self.learn({"token": [value for line in cookies(answer) for value in values(line)]})
            if answer.headers.get("Content-Type") == "application/json":
                with suppress(ValueError):  # a simulator may break its answers on demand
                    self.learn(answer.json() if isinstance(answer, httpx.Response) else answer.get_json(silent=True))
            return answer

        return sent

    def learn(self, said: object) -> None:
        if isinstance(said, Mapping):
            for name in FIELDS:
                found = said.get(name)
                each = found if isinstance(found, list) else [found]
                self.learned |= {text for text in each if isinstance(text, str) and len(text) >= LEAST}

    def told(self, output: str) -> None:
        """What a process has written, now that it is over."""
        self.lines += output.splitlines()

    def leaks(self) -> list[str]:
        """The lines that hold a secret, each with what it is; they and the secrets are forgotten herewith."""
        known = ALWAYS | self.learned
        found = [f"{what}: {line}" for line in self.lines for what in secrets_in(line, known)]
        self.lines, self.learned = [], set()
        return found

    @contextmanager
    def apart(self) -> Iterator["Watch"]:
        """Another watch for a while, whose leaks are whoever asks for it's business."""
        mine = self.lines, self.learned
        self.lines, self.learned = [], set()
        yield self
        self.lines, self.learned = mine


watch = Watch()


def secrets_in(line: str, known: set[str]) -> Iterator[str]:
    yield from (what for what, shape in SHAPES.items() if shape.search(line))
    yield from ("a secret of this test" for secret in known if secret in line)


def written(record: logging.LogRecord) -> str:
    """All that a handler could write of a record, JSON's extra fields and the traceback included."""
    said = record.getMessage()
    if record.exc_info:
        said += logging.Formatter().formatException(record.exc_info)
    extra = [f"{name}={value}" for name, value in vars(record).items() if name not in RECORD]
    return " ".join([said, *extra])


def cookies(answer: Any) -> list[str]:
    every = getattr(answer.headers, "getlist", None) or answer.headers.get_list
    return list(every("Set-Cookie"))


def values(line: str) -> list[str]:
    try:
        return [morsel.value for morsel in SimpleCookie(line).values()]
    except CookieError:
        return []
