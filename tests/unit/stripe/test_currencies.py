"""The provider's currencies: how their amounts are written, and which amounts there are."""

import pytest
from flask import Config

from app.runtime.config import ConfigError, load
from app.stripe import currencies
from simulators.payments import currencies as simulated
from simulators.payments import text
from tests.settings import settings


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (1250, "EUR", "12.50 EUR"),
        (7, "EUR", "0.07 EUR"),
        (500, "JPY", "500 JPY"),
        (500, "MGA", "500 MGA"),
        (1230, "KWD", "1.230 KWD"),
        (4990, "HUF", "49.90 HUF"),
        (500, "ISK", "5.00 ISK"),
        (500, "UGX", "5.00 UGX"),
        (4990, "TWD", "49.90 TWD"),
    ],
)
def test_staff_read_money_as_people_write_it(minor, currency, words):
    assert currencies.written(minor, currency) == words


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (550, "ISK", "An amount in ISK has no decimals: write 5.00 ISK or 6.00 ISK."),
        (50, "UGX", "An amount in UGX has no decimals: write 1.00 UGX."),
        (1234, "KWD", "An amount in KWD has a 0 as its last digit: write 1.230 KWD or 1.240 KWD."),
        (100_000_000, "EUR", "The payment provider takes at most 999999.99 EUR."),
        (10_000_000_000, "JPY", "The payment provider takes at most 9999999999 JPY."),
        (99_999_995, "KWD", "The payment provider takes at most 99999.990 KWD."),
    ],
)
def test_an_amount_that_the_provider_does_not_take_is_refused_in_words(minor, currency, words):
    assert currencies.fault(minor, currency) == words


@pytest.mark.parametrize(
    ("minor", "currency"),
    [(500, "ISK"), (1230, "BHD"), (1234, "EUR"), (1, "JPY"), (9_999_999_999, "HUF"), (999_999_999_999, "IDR")],
)
def test_an_amount_that_the_provider_takes_is_as_good_as_any(minor, currency):
    assert currencies.fault(minor, currency) == ""


def test_shop_and_simulator_have_the_same_currencies():
    def upper(names):
        return {name.upper() for name in names}

    assert upper(text.WHOLE) == currencies.NO_DECIMALS
    assert upper(text.THOUSANDTHS) == currencies.THREE_DECIMALS
    assert upper(simulated.WHOLE_ONLY) == currencies.WHOLE_ONLY
    assert {name.upper(): least for name, least in simulated.MINIMUM.items()} == currencies.MINIMUM
    assert {name.upper(): digits for name, digits in simulated.LONGEST.items()} == currencies.LONGER


def test_every_rule_is_one_of_a_currency_that_the_provider_has():
    named = {*currencies.NO_DECIMALS, *currencies.THREE_DECIMALS, *currencies.WHOLE_ONLY}

    assert named | currencies.MINIMUM.keys() | currencies.LONGER.keys() <= currencies.SUPPORTED


@pytest.mark.parametrize("currency", ["IQD", "LYD", "CLF", "XXX"])
def test_settings_with_a_currency_that_the_provider_does_not_have_are_refused(currency):
    with pytest.raises(ConfigError) as refused:
        load(Config(""), settings("sqlite://", CURRENCY=currency), checks=[currencies.check])

    assert f"KIOSK_CURRENCY is {currency}, in which the payment provider takes no payments" in str(refused.value)
