"""Amounts of money as people read them."""

from simulators.payments.protocol import words

# https://docs.stripe.com/currencies#zero-decimal and #three-decimal
WHOLE = frozenset(words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"))
THOUSANDTHS = frozenset(words("bhd jod kwd omr tnd"))
SIGNS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}


def money(amount: int, currency: str) -> str:
    """`€12.00`, `¥500`, `CHF 12.00`: minor units as an amount with its sign or code."""
    places = 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2
    whole, part = divmod(amount, 10**places)
    figure = f"{whole:,}" + (f".{part:0{places}d}" if places else "")
    return SIGNS.get(currency, currency.upper() + "\N{NO-BREAK SPACE}") + figure
