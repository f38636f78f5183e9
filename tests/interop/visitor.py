"""A person with a browser, who goes wherever a sign-in leads and fills in the forms on the way."""

from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

STEPS = 15
"""More than a sign-in takes: one that goes round in circles ends."""


class Page(HTMLParser):
    """The first form of a page: where it leads, and what it holds; and the page's links."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.action: str | None = None
        self.values: dict[str, str] = {}
        self.links: list[str] = []
        self._url, self._forms = str(answer.url), 0
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "a":
            self.links.append(urljoin(self._url, given.get("href")))
        elif tag == "form":
            self._forms += 1
            if self._forms == 1:
                self.action = urljoin(self._url, given.get("action"))
        elif tag == "input" and self._forms == 1 and given.get("name") and given.get("type") != "submit":
            self.values[given["name"]] = given.get("value", "")


class Visitor:
    """`given` is what the person writes into fields, by name, and which buttons they press."""

    def __init__(self) -> None:
        self.http = httpx.Client(trust_env=False, verify=False, timeout=20)

    def go(self, url: str, given: Mapping[str, str], shop: str) -> httpx.Response:
        """The first page of the shop that they come to. LookupError where they come to none."""
        answer = self.http.get(url)
        for _ in range(STEPS):
            if answer.is_redirect:
                answer = self.http.get(urljoin(str(answer.url), answer.headers["Location"]))
            elif str(answer.url).startswith(shop):
                return answer
            else:
                answer = self._press(answer, given)
        raise LookupError(f"no way back from {answer.url} (status {answer.status_code})")

    def _press(self, answer: httpx.Response, given: Mapping[str, str]) -> httpx.Response:
        page = Page(answer)
        if follow := [link for link in page.links if given.get("link") and link.endswith(given["link"])]:
            return self.http.get(follow[0])
        if page.action is None:
            raise LookupError(f"{answer.url} has no form (status {answer.status_code}): {answer.text[:300]}")
        headers = {"Origin": str(answer.url.copy_with(path="/", query=None)).rstrip("/"), "Referer": str(answer.url)}
        filled = page.values | {key: value for key, value in given.items() if key != "link"}
        return self.http.post(page.action, data=filled, headers=headers)
