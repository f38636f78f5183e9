"""Test cards and bank accounts, and what becomes of them.

Source: https://docs.stripe.com/testing. Numbers that Stripe does not list are declined, as in its test mode.
"""

import re
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

from simulators.payments.protocol import Refusal, no_such

MONTHS = range(1, 13)
DEFAULT = "4242 4242 4242 4242"


@dataclass(frozen=True)
class Card:
    """What is on the card, and what happens when it is charged.

    decline    (code, decline_code) where the issuer says no; with `secure` only after authentication
    secure     the issuer wants 3-D Secure first
    dispute    reason of the dispute that follows by itself, with `inquiry` where the money stays for now
    refunds    what becomes of its refunds: "later" succeed after a while, "fail" succeed and fail afterwards
    """

    title: str
    decline: tuple[str, str | None] | None = None
    secure: bool = False
    dispute: str | None = None
    inquiry: bool = False
    refunds: str | None = None
    brand: str = "visa"


CARDS = {
    "4242424242424242": Card("Succeeds"),
    "4000056655665556": Card("Succeeds, debit"),
    "5555555555554444": Card("Succeeds, Mastercard", brand="mastercard"),
    "378282246310005": Card("Succeeds, American Express", brand="amex"),
    "4000002760000016": Card("Succeeds, issued in Germany"),
    "4000000000000002": Card("Declined", ("card_declined", "generic_decline")),
    "4000000000009995": Card("Declined: insufficient funds", ("card_declined", "insufficient_funds")),
    "4000000000009987": Card("Declined: lost card", ("card_declined", "lost_card")),
    "4000000000009979": Card("Declined: stolen card", ("card_declined", "stolen_card")),
    "4000000000006975": Card("Declined: over its limit", ("card_declined", "card_velocity_exceeded")),
    "4100000000000019": Card("Declined: fraud", ("card_declined", "fraudulent")),
    "4000000000000069": Card("Declined: expired card", ("expired_card", None)),
    "4000000000000127": Card("Declined: wrong CVC", ("incorrect_cvc", None)),
    "4000000000000119": Card("Declined: processing error", ("processing_error", None)),
    "4000000000003220": Card("3-D Secure required", secure=True),
    "4000002760003184": Card("3-D Secure always required", secure=True),
    "4000002500003155": Card("3-D Secure unless set up", secure=True),
    "4000008400001629": Card("3-D Secure, then declined", ("card_declined", "generic_decline"), secure=True),
    "4000000000000259": Card("Succeeds, disputed as fraud", dispute="fraudulent"),
    "4000000000002685": Card("Succeeds, disputed as not received", dispute="product_not_received"),
    "4000000000001976": Card("Succeeds, then an inquiry", dispute="fraudulent", inquiry=True),
    "4000000000007726": Card("Succeeds; refunds succeed later", refunds="later"),
    "4000000000005126": Card("Succeeds; refunds fail later", refunds="fail"),
}

TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeProductNotReceived": "4000000000002685",
    "pm_card_createDisputeInquiry": "4000000000001976",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
}
"""What a program says instead of a number: https://docs.stripe.com/testing?testing-method=payment-methods"""


def of_token(name: str, param: str) -> str:
    """The number of a token such as `tok_visa`: those are named as the payment methods are. Refusal (400)."""
    number = TOKENS.get(f"pm_card_{name.removeprefix('tok_')}") if name.startswith("tok_") else None
    if number is None:
        raise no_such("token", name, param, status=400)
    return number


def fingerprint(number: str) -> str:
    """The same for each use of a card."""
    return b32encode(sha256(number.encode()).digest())[:16].decode()


SHOWN = ("4000000000000002", "4000000000009995", "4000000000003220")
"""The cards that the payment page offers at one click."""

MESSAGES = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "insufficient_funds": "Your card has insufficient funds.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently"
    " or exceeding its amount limit.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "incorrect_number": "Your card number is incorrect.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "invalid_cvc": "Your card's security code is invalid.",
    "test_mode_live_card": "Your card was declined. Your request was in test mode, but used a non test card.",
}


@dataclass(frozen=True)
class Account:
    """A bank account to debit: whether the money arrives, and after how many seconds."""

    title: str
    arrives: bool
    seconds: int = 180


ACCOUNTS = {
    "AT321904300235473204": Account("Succeeds after three minutes", arrives=True),
    "AT591904300235473203": Account("Fails after three minutes", arrives=False),
    "AT611904300234573201": Account("Succeeds within seconds", arrives=True, seconds=3),
    "DE89370400440532013000": Account("Succeeds within seconds", arrives=True, seconds=3),
    "AT861904300235473202": Account("Fails within seconds", arrives=False, seconds=3),
}


def declined(code: str, decline_code: str | None, param: str | None = None) -> Refusal:
    """The 402 of a card that was refused."""
    message = MESSAGES.get(decline_code or code) or MESSAGES.get(code) or "Your card was declined."
    return Refusal(402, message, type="card_error", code=code, decline_code=decline_code, param=param, began=True)


def refuse_unauthenticated() -> NoReturn:
    """The 402 of a customer who did not pass 3-D Secure."""
    message = "We are unable to authenticate your payment method. Please choose a different payment method."
    raise Refusal(402, message, type="card_error", code="payment_intent_authentication_failure")


def digits(number: str) -> str:
    return re.sub(r"[\s-]", "", number)


def look_up(number: str) -> Card:
    """The card of that number; Refusal (402) for a number that is no number, or not a test card's."""
    bare = digits(number)
    if not re.fullmatch(r"[0-9]{12,19}", bare) or not _adds_up(bare):
        raise declined("incorrect_number", None, "number")
    if bare not in CARDS:
        raise declined("card_declined", "test_mode_live_card")
    return CARDS[bare]


def check_details(expiry: str, cvc: str, year: int, month: int) -> tuple[int, int]:
    """`expiry` as MM/YY or MM / YYYY; (month, year) of it. Refusal (402) where it is past or malformed."""
    parts = re.fullmatch(r"\s*([0-9]{1,2})\s*/\s*(?:20)?([0-9]{2})\s*", expiry)
    if not parts or int(parts[1]) not in MONTHS:
        raise declined("invalid_expiry_month", None, "exp_month")
    until = (2000 + int(parts[2]), int(parts[1]))
    if until < (year, month):
        raise declined("invalid_expiry_year", None, "exp_year")
    if not re.fullmatch(r"[0-9]{3,4}", cvc.strip()):
        raise declined("invalid_cvc", None, "cvc")
    return until[1], until[0]


def _adds_up(number: str) -> bool:
    """The Luhn check."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
