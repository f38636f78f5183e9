"""What a customer reads on the payment page: in the session's `locale`, or else in the browser's language.

English and German; what is for those who test, such as the tables of cards, is in English alone.
"""

from collections.abc import Iterable

from simulators.payments.protocol import Resource
from simulators.payments.text import money

GERMAN = {
    "Test mode: this provider is a simulator, and no money moves.": (
        "Testbetrieb: Dieser Anbieter ist ein Simulator, und es fließt kein Geld."
    ),
    "Pay {amount}": "{amount} zahlen",
    "Pay {shop}": "An {shop} zahlen",
    "Subtotal": "Zwischensumme",
    "Discount": "Rabatt",
    "Shipping": "Versand",
    "Tax": "Steuer",
    "Total": "Summe",
    "It includes {amount} of tax.": "Darin sind {amount} Steuer enthalten.",
    "Country": "Land",
    "Promotion code": "Gutscheincode",
    "Update the total": "Summe aktualisieren",
    "Card": "Karte",
    "Nothing to pay": "Nichts zu zahlen",
    "Email": "E-Mail",
    "Card number": "Kartennummer",
    "Expires": "Gültig bis",
    "CVC": "Prüfnummer",
    "Name on the card": "Name auf der Karte",
    "Complete the order": "Bestellung abschließen",
    "Bank debit": "Lastschrift",
    "IBAN": "IBAN",
    "Pay later by bank debit": "Später per Lastschrift zahlen",
    "The order is complete at once, and the money arrives after three minutes.": (
        "Die Bestellung ist sofort abgeschlossen, und das Geld kommt nach drei Minuten."
    ),
    "Cancel and go back to {shop}": "Abbrechen und zurück zu {shop}",
    "{error} Nothing has been charged; please try again.": (
        "{error} Es wurde nichts abgebucht; bitte versuchen Sie es noch einmal."
    ),
    "Confirm the payment": "Zahlung bestätigen",
    "Is it you?": "Sind Sie es?",
    "Your bank wants you to confirm the payment of {amount} to {shop}.": (
        "Ihre Bank möchte, dass Sie die Zahlung von {amount} an {shop} bestätigen."
    ),
    "Complete authentication": "Bestätigen",
    "Fail authentication": "Ablehnen",
    "There is no such payment": "Diese Zahlung gibt es nicht",
    "This payment page has expired": "Diese Zahlungsseite ist abgelaufen",
    "This payment is complete": "Diese Zahlung ist abgeschlossen",
    "There is nothing left to do here.": "Hier ist nichts mehr zu tun.",
    "Continue to {shop}": "Weiter zu {shop}",
    "Nothing has been charged. The shop can open a new payment for you.": (
        "Es wurde nichts abgebucht. Der Shop kann eine neue Zahlung für Sie öffnen."
    ),
    "Go back to {shop}": "Zurück zu {shop}",
    "The address may be incomplete, or it comes from another simulator.": (
        "Vielleicht ist die Adresse unvollständig, oder sie gehört zu einem anderen Simulator."
    ),
    # What the provider's API says too:
    "Your card was declined.": "Ihre Karte wurde abgelehnt.",
    "Your card has insufficient funds.": "Ihre Karte ist nicht gedeckt.",
    "Your card has expired.": "Ihre Karte ist abgelaufen.",
    "Your card's security code is incorrect.": "Die Prüfnummer Ihrer Karte ist falsch.",
    "Your card number is incorrect.": "Ihre Kartennummer ist falsch.",
    "This code is invalid.": "Dieser Code ist ungültig.",
    "The total has changed meanwhile.": "Die Summe hat sich inzwischen geändert.",
}


class Speaker:
    """Says what a page says, in one language."""

    def __init__(self, session: Resource, accepted: Iterable[str]) -> None:
        """`accepted` are the languages of the browser, the best one first."""
        wanted = session.get("locale") or "auto"
        known = [each[:2].lower() for each in (accepted if wanted == "auto" else [wanted])]
        self.language = next((each for each in known if each in ("en", "de")), "en")

    def __call__(self, text: str, **values: str) -> str:
        said = GERMAN.get(text, text) if self.language == "de" else text
        return said.format(**values) if values else said

    def money(self, amount: int, currency: str) -> str:
        """`€1,234.50`, in German `1.234,50 €`."""
        written = money(amount, currency)
        if self.language == "en":
            return written
        figure = written.lstrip("€$£¥")
        sign = written.removesuffix(figure)
        if not sign:
            sign, _, figure = figure.partition("\N{NO-BREAK SPACE}")
        return f"{figure.translate(str.maketrans(',.', '.,'))}\N{NO-BREAK SPACE}{sign}"
