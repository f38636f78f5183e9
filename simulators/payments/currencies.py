"""What an amount has to be like in each currency. Source: https://docs.stripe.com/currencies."""

from fractions import Fraction

from simulators.payments.protocol import Refusal, words
from simulators.payments.text import SIGNS, THOUSANDTHS, money

SUPPORTED = frozenset(
    words(
        "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad"
        " cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd"
        " hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl"
        " mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg"
        " qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah"
        " ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw"
    )
)
"""An account may use those that its country allows; which, the simulator does not know."""

WHOLE_ONLY = frozenset(words("isk ugx"))
"""Two decimals on the wire, which are 00."""

MINIMUM = {
    **dict.fromkeys(words("aud brl cad chf eur inr jpy nzd sgd usd"), 50),
    **dict.fromkeys(words("aed myr pln ron"), 200),
    **dict.fromkeys(words("nok sek"), 300),
    **dict.fromkeys(words("mxn thb"), 1000),
    "bgn": 100,
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
}
LONGEST = {"cop": 10, "huf": 10, "idr": 12, "inr": 9, "jpy": 10, "lbp": 11}
"""Digits of the largest amount; 8 elsewhere."""

LARGEST = 10 ** max(LONGEST.values()) - 1


def read(given: str, param: str) -> str:
    """The currency in small letters; Refusal (400) in Stripe's words for what is none that it takes."""
    if (currency := given.lower()) not in SUPPORTED:
        known = ", ".join(sorted(SUPPORTED))
        raise Refusal(
            400, f"Invalid currency: {currency}. Stripe currently supports these currencies: {known}", param=param
        )
    return currency


def step(currency: str) -> int:
    """What every amount is a multiple of, in minor units."""
    return 100 if currency in WHOLE_ONLY else 10 if currency in THOUSANDTHS else 1


def rounded(amount: Fraction, currency: str) -> int:
    """The nearest amount that the currency has; a half is rounded up."""
    return int((amount / step(currency) + Fraction(1, 2)) // 1) * step(currency)


def check(amount: int, currency: str, param: str) -> None:
    """Refuses (400) an amount that the currency does not have."""
    if amount % step(currency):
        raise Refusal(400, f"Invalid amount: in {currency} it must be divisible by {step(currency)}.", param=param)
    if amount > largest(currency):
        raise Refusal(
            400,
            f"Amount must be no more than {shown(largest(currency), currency)}",
            code="amount_too_large",
            param=param,
        )


def check_total(total: int, currency: str) -> None:
    """Refuses (400) a session whose total is too large or too small."""
    if total > largest(currency):
        raise Refusal(
            400, "The Checkout Session's total amount is too large.", code="amount_too_large", param="line_items"
        )
    if 0 < total < (minimum := MINIMUM.get(currency, 1)):
        raise Refusal(
            400,
            f"The Checkout Session's total amount due must add up to at least {shown(minimum, currency)}",
            code="amount_too_small",
        )


def check_charge(amount: int, currency: str) -> None:
    """Refuses (400) what cannot be charged in one payment: the parameter `amount`."""
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise Refusal(400, message, code="parameter_invalid_integer", param="amount")
    check(amount, currency, "amount")
    if amount < (least := MINIMUM.get(currency, 1)):
        message = f"Amount must be at least {shown(least, currency)}"
        raise Refusal(400, message, code="amount_too_small", param="amount")


def largest(currency: str) -> int:
    return int(10 ** LONGEST.get(currency, 8)) - 1


def shown(amount: int, currency: str) -> str:
    return f"{money(amount, currency)} {currency}" if currency in SIGNS else money(amount, currency)
