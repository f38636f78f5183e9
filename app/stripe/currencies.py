"""The payment provider's table of currencies: how many digits an amount has, its least and its largest value.

ISO 4217 and browsers have other tables; an amount read by one of those can be wrong by a factor of a hundred.
Source: https://docs.stripe.com/currencies
"""

from collections.abc import Iterator
from decimal import Decimal

from app.runtime.config import Settings
from app.runtime.languages import DEFAULT, Language, Sentence


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


SUPPORTED = _listed(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
    ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN
    MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE
    SOS SRD STD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
    """
)
"""An account may use those that its country allows."""

NO_DECIMALS = _listed("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")

THREE_DECIMALS = _listed("BHD JOD KWD OMR TND")
"""The last of the three digits has to be 0."""

WHOLE_ONLY = _listed("ISK UGX")
"""The provider counts them with two decimals, which have to be 00: 5 ISK are sent as 500."""

MINIMUM = {
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}
"""The smallest sum that can be paid, in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts

An account that is paid out in another currency has the minimum of that currency; the provider's answer says so.
"""

LONGER = {"COP": 10, "HUF": 10, "IDR": 12, "INR": 9, "JPY": 10, "LBP": 11}
"""The number of digits of the largest amount, where it is not 8."""

MOST = 10 ** max(LONGER.values()) - 1
"""The largest amount that the provider takes in any currency."""


def digits(currency: str) -> int:
    """How many of an amount's digits stand after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def maximum(currency: str) -> int:
    """The largest sum that can be paid, in minor units."""
    most = int(10 ** LONGER.get(currency, 8)) - 1
    return most - most % _step(currency)


def _step(currency: str) -> int:
    """What each amount is a multiple of, in minor units."""
    return 100 if currency in WHOLE_ONLY else 10 if currency in THREE_DECIMALS else 1


def minimum(currency: str) -> int:
    """The smallest sum that can be paid, in minor units; 1 where the provider names none."""
    return MINIMUM.get(currency, 1)


def written(minor: int, currency: str, language: Language = DEFAULT) -> str:
    """Minor units as text: 1250 and EUR give "12.50 EUR" in English, and "12,50 EUR" in German."""
    figures = decimal(minor, currency)
    return f"{figures.replace('.', ',') if language == 'de' else figures} {currency}"


def decimal(minor: int, currency: str) -> str:
    """Minor units as a number: 1250 and EUR give "12.50"."""
    places = digits(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def fault(minor: int, currency: str) -> str:
    """Why the provider refuses this amount, in words for the user who entered it; empty where it does not."""
    if minor > maximum(currency):
        return Sentence("The payment provider takes at most {most}.", most=written(maximum(currency), currency))
    step = _step(currency)
    if minor % step == 0:
        return ""
    below = minor - minor % step
    lower, higher = (written(each, currency) for each in (below, below + step))
    values = {"currency": currency, "lower": lower, "higher": higher}
    if not below:
        if currency in WHOLE_ONLY:
            return Sentence("An amount in {currency} has no decimals: write {higher}.", **values)
        return Sentence("An amount in {currency} has a 0 as its last digit: write {higher}.", **values)
    if currency in WHOLE_ONLY:
        return Sentence("An amount in {currency} has no decimals: write {lower} or {higher}.", **values)
    return Sentence("An amount in {currency} has a 0 as its last digit: write {lower} or {higher}.", **values)


def check(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings, as `config.load` says it: a shop cannot sell in a currency without a table."""
    if settings.currency not in SUPPORTED:
        yield (
            f"KIOSK_CURRENCY is {settings.currency}, in which the payment provider takes no payments: "
            "take one that https://docs.stripe.com/currencies lists"
        )
