"""What goes wrong in the browsers of a test: an error of a script, a complaint on the console, a request that fails.

A test in which something does fails, unless it says what it expects: `@pytest.mark.mishaps("401 POST /api/session")`.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

THIS_MACHINE = {"localhost", "127.0.0.1"}
FAILED = 400
LEFT = "net::ERR_ABORTED"
"""What the browser stops by itself: the page was left, or saves a file."""

TOLD_TWICE = "Failed to load resource"
"""How the console begins to tell of a request that failed."""


class Mishaps:
    def __init__(self, shop: str) -> None:
        """`shop` is its address. What pages of others do, such as a real provider's, is not looked at."""
        self._hosts = THIS_MACHINE | {urlsplit(shop).hostname}
        self._contexts: list[BrowserContext] = []
        self._seen: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        self._contexts.append(context)
        context.on("weberror", self._on_error)
        context.on("console", self._on_console)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failure)

    def check(self, expected: Collection[str]) -> None:
        """Each mishap holds one of these texts, and each text is in one."""
        for context in self._contexts:
            context.cookies()  # a round trip, after which all that happened before has been told
        unexpected = [each for each in self._seen if not any(part in each for part in expected)]
        missing = [part for part in expected if not any(part in each for each in self._seen)]
        assert not unexpected, "this went wrong in the browser:\n" + "\n".join(unexpected)
        assert not missing, f"this was expected to go wrong in the browser, and did not: {missing}"

    def _note(self, url: str, what: str) -> None:
        if urlsplit(url).hostname in self._hosts:
            self._seen.append(what)

    def _on_error(self, failed: WebError) -> None:
        self._note(failed.page.url if failed.page else "", str(failed.error))

    def _on_console(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not said.text.startswith(TOLD_TWICE):
            self._note(said.page.url if said.page else "", f"{said.type} on the console: {said.text}")

    def _on_response(self, got: Response) -> None:
        if got.status >= FAILED:
            self._note(got.url, f"{got.status} {_named(got.request)}")

    def _on_failure(self, failed: Request) -> None:
        if failed.failure != LEFT:
            self._note(failed.url, f"{failed.failure} {_named(failed)}")


def _named(request: Request) -> str:
    return f"{request.method} {urlsplit(request.url).path}"  # a query may carry a code or a token
