"""What people do in a shop that they read in German. What needs no words of the page is as in `Shop`."""

import re
from typing import Literal

from playwright.sync_api import expect

from tests.e2e.shop import (
    CatalogueWords,  # feature: shop
    PaymentWords,  # feature: shop
    RefundWords,  # feature: shop
    SetUpWords,  # feature: shop
    Shop,
    exactly,  # feature: shop
)


class GermanShop(Shop):
    # feature: shop {
    refund_words = RefundWords("Erstatten", "Betrag in", "Das Verkaufte wieder", "Geld zurücksenden", "Zurücksenden")
    payment_words = PaymentWords(
        *("Kartennummer", "Gültig bis", "Prüfnummer", r"\d.* zahlen$", "Abbrechen und zurück", "Land"),
        *("Gutscheincode", "Summe aktualisieren"),
    )
    catalogue_words = CatalogueWords("Kategorien", "Reihenfolge der Artikel")
    set_up_words = SetUpWords(
        form="Einstellungen",
        contact="Kontakt",
        primary="Kopf und Links",
        accent="Markise und Preisschilder",
        upload="Bild hochladen",
        delivery="Abholung oder Lieferung",
        time_zone="Zeitzone",
        save="Speichern",
        saved="Gespeichert.",
        write="Schreiben",
    )

    # }
    def see_it_is_german(self) -> None:
        expect(self.page.locator("html")).to_have_attribute("lang", "de")

    def choose(self, language: Literal["English", "Deutsch"]) -> None:
        self.page.get_by_role("contentinfo").get_by_role("button", name=language).click()

    def register(self, username: str, password: str) -> None:
        self.go_to("/register")
        self.page.get_by_label("Benutzername").fill(username)
        self.page.get_by_label("E-Mail").fill(f"{username}@example.com")
        self.page.get_by_label("Passwort", exact=True).fill(password)
        self.page.get_by_role("button", name="Konto anlegen").click()
        expect(self.page.get_by_role("link", name=f"Profil von {username}")).to_be_visible()

    def call_oneself(self, name: str) -> None:
        self.go_to("/profile")
        form = self.page.get_by_role("form", name="Name und E-Mail")
        form.get_by_label("Name").fill(name)
        form.get_by_role("button", name="Speichern").click()
        expect(form.get_by_role("status").filter(has_text="Gespeichert.")).to_be_visible()

    def sign_out(self) -> None:
        self.go_to("/profile")
        self.page.get_by_role("button", name="Abmelden", exact=True).click()
        expect(self.page.get_by_role("banner").get_by_role("link", name="Anmelden")).to_be_visible()

    def sign_in_with_password(self, username: str, password: str) -> None:
        self.go_to("/sign-in")
        self.page.get_by_label("Benutzername").fill(username)
        self.page.get_by_label("Passwort").fill(password)
        self.page.get_by_role("button", name="Anmelden", exact=True).click()

    def see_signed_in_as(self, name: str) -> None:
        expect(self.page.get_by_role("link", name=f"Profil von {name}")).to_be_visible()

    def see_heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=words)).to_be_visible()

    # feature: shop {
    def add_to_basket(self, item: str, quantity: int = 1) -> None:
        self.go_to("/")
        card = self.page.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=item))
        card.get_by_label("Menge").fill(str(quantity))
        card.get_by_role("button", name="In den Warenkorb").click()
        expect(card.get_by_role("status").filter(has_text="in Ihrem Warenkorb")).to_be_visible()

    def open_basket(self) -> None:
        self.page.get_by_role("navigation", name="Hauptmenü").get_by_role("link", name="Warenkorb").click()
        expect(self.page.get_by_role("heading", name="Ihr Warenkorb")).to_be_visible()

    def check_out(self) -> None:
        self.page.get_by_role("button", name="Zur Kasse").click()

    def see_order(self, status: str) -> None:
        heading = self.page.get_by_role("heading", level=1, name=re.compile(r"^Bestellung \S"))
        expect(heading).to_be_visible()
        self.order = heading.inner_text().removeprefix("Bestellung ")
        expect(self.page.get_by_role("status").get_by_text(status, exact=True)).to_be_visible()

    def see_sum(self, amount: str) -> None:
        row = self.page.get_by_role("row").filter(has_text="Summe")
        expect(row).to_contain_text(re.compile(re.escape(amount).replace(r"\ ", r"\s")))

    def open_order(self, order: str) -> None:
        self.go_to("/orders")
        self.page.get_by_role("link", name=exactly(order)).click()
        expect(self.page.get_by_role("heading", level=1, name=exactly(order))).to_be_visible()

    def hand_over(self) -> None:
        self.page.get_by_role("button", name="Übergeben").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Sie ist übergeben").click()

    # }
