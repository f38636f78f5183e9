"""The page on which the mails of a Kiosk that was started for the tests are read."""

import re

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.processes import wait_for


class Mailbox:
    def __init__(self, page: Page, shop_url: str) -> None:
        shop = httpx.URL(shop_url)
        self.page = page
        self.url = str(shop.copy_with(port=(shop.port or 80) + 3))

    def open_mail(self, subject: str, username: str) -> None:
        """The newest of this subject to `username@example.com`, once it has come."""
        found = self.page.get_by_role("link").filter(has_text=subject).filter(has_text=f"{username}@example.com").first
        wait_for(lambda: self._is_there(found), f"the mail {subject!r}")
        found.click()

    def _is_there(self, mail: Locator) -> bool:
        self.page.goto(self.url)
        return mail.count() > 0

    def see(self, *words: str | re.Pattern[str]) -> None:
        """In the mail that is open."""
        for each in words:
            expect(self.page.get_by_text(each).first).to_be_visible()

    # feature: shop {
    def see_colour(self, colour: str) -> None:
        """In the mail that is open: on its button, which white can be read on."""
        self.page.get_by_role("link", name="With its colours").click()
        button = self.page.get_by_role("link").first
        expect(button).to_have_css("background-color", colour)
        expect(button).to_have_css("color", "rgb(255, 255, 255)")

    # }
    def link_in(self, subject: str, username: str) -> str:
        """The address of the one-time link in that mail."""
        self.open_mail(subject, username)
        found = self.page.get_by_role("link", name=re.compile(r"\?token=")).get_attribute("href")
        assert found
        return found
