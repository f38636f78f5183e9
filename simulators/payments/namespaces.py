"""Several providers in one process, so that tests that run at once share a simulator and do not see one another.

What is asked with the key `sk_test_ns_NAME` is asked of a provider of its own: its objects, clock, faults and webhooks,
which are signed with `whsec_ns_NAME`. All of it is also below `/ns/NAME`, the payment page and the control API as well.
It begins with the first request, and ends with `POST /ns/NAME/_control/close`.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Flask

from simulators.payments.protocol import api_key
from simulators.payments.provider import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY, SECRET = "sk_test_ns_", "whsec_ns_"
NAME = "([A-Za-z0-9-]{1,64})"
PATH = re.compile(f"/ns/{NAME}(?=/|$)")
MOST = 200
"""One more, and the one that was asked longest ago ends: tests that were killed close nothing."""


def named(url: str) -> str | None:
    """The name of the namespace to which an address leads, or None."""
    path = re.search(f"/ns/{NAME}/?$", url)
    return path[1] if path else None


class Namespaces:
    """The simulator as it was started, with namespaces beside it."""

    def __init__(self, settings: Settings, make: Callable[[Settings], Flask]) -> None:
        self._settings, self._make, self.first = settings, make, make(settings)
        self._apps: OrderedDict[str, Flask] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        return self._asked(environ)(environ, start_response)

    def _asked(self, environ: "WSGIEnvironment") -> "WSGIApplication":
        if below := PATH.match(environ["PATH_INFO"]):
            environ["SCRIPT_NAME"] += below[0]
            environ["PATH_INFO"] = environ["PATH_INFO"][below.end() :] or "/"
            return self._app(below[1])
        key = re.fullmatch(KEY + NAME, api_key(environ.get("HTTP_AUTHORIZATION", "")) or "")
        return self._app(key[1]) if key else self.first

    def _app(self, name: str) -> Flask:
        with self._lock:
            for old in [old for old, app in self._apps.items() if app.extensions["provider"].closed]:
                del self._apps[old]
            if name not in self._apps:
                base = f"{self._settings.base_url}/ns/{name}"
                own = replace(self._settings, secret_key=KEY + name, base_url=base, namespace=name)
                own = replace(own, state=None, seed=None)
                own = replace(own, webhook_secrets=(SECRET + name, *own.webhook_secrets))
                self._apps[name] = self._make(own)
            self._apps.move_to_end(name)
            if len(self._apps) > MOST:
                _, oldest = self._apps.popitem(last=False)
                oldest.extensions["provider"].close()
            return self._apps[name]
