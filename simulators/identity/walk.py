"""Signing in at the simulator's page without a browser: reads the page, presses one of its buttons."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class Page(HTMLParser):
    """The one form of the page: where it leads, and its buttons as (name, value)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.buttons: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "button":
            self.buttons.append((given["name"], given["value"]))


def walk(client: httpx.Client, authorize_url: str, person: str) -> str:
    """Signs in as the person of that username. The callback URL that the browser is sent to; it is not fetched.

    A redirect that comes at once, without a choice, is returned too.
    LookupError where the simulator shows an error page, or the person is not on offer.
    """
    return _press(client, authorize_url, ("person", person))


def deny(client: httpx.Client, authorize_url: str) -> str:
    """Presses "Deny" instead. The callback URL."""
    return _press(client, authorize_url, ("deny", "1"))


def _press(client: httpx.Client, authorize_url: str, button: tuple[str, str]) -> str:
    shown = client.get(authorize_url, follow_redirects=False)
    if shown.is_redirect:
        return urljoin(authorize_url, shown.headers["Location"])
    page = Page(shown.text)
    if page.action is None or button not in page.buttons:
        offered = ", ".join(value for _, value in page.buttons) or "no person"
        raise LookupError(f"{button[1]!r} is not on the page of {shown.url} (status {shown.status_code}): {offered}")
    sent = client.post(urljoin(authorize_url, page.action), data=dict([button]), follow_redirects=False)
    if not sent.is_redirect:
        raise LookupError(f"the choice of {button[1]!r} was answered with status {sent.status_code}")
    return urljoin(authorize_url, sent.headers["Location"])
