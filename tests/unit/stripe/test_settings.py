"""Settings of the payment provider that Kiosk refuses to start with."""

import pytest

from app.runtime.config import PaymentsAccount
from tests.settings import JWT_SECRET_KEY, PAYMENTS_KEY, SECRET_KEY, WEBHOOK_SECRET
from tests.unit.loading import SHOP, loaded, refused


def test_good_settings_are_taken_as_they_are():
    found = loaded(HOLD_MINUTES="45", CURRENCY="CHF")

    assert (found.hold_minutes, found.currency) == (45, "CHF")


@pytest.mark.parametrize("minutes", ["soon", "0", "721"])
def test_stock_is_held_for_some_minutes(minutes):
    assert refused(HOLD_MINUTES=minutes).startswith("KIOSK_HOLD_MINUTES has the wrong form: ")


@pytest.mark.parametrize("env", ["staging", "production"])
def test_a_shop_that_cannot_take_money_does_not_open(env):
    assert "KIOSK_PAYMENTS__SECRET_KEY is not set" in refused(public_url=SHOP, ENV=env, PAYMENTS={})


@pytest.mark.parametrize("address", ["http://127.0.0.1:9000", "https://localhost:9000", "http://[::1]:9000"])
def test_a_provider_on_this_machine_is_a_simulator_which_production_refuses_and_staging_takes(address):
    said = refused(public_url=SHOP, ENV="production", payments=address)

    assert said.startswith("KIOSK_PAYMENTS__API_BASE is on this machine")
    assert loaded(public_url=SHOP, ENV="staging", payments=address)


def test_several_webhook_secrets_may_be_current():
    assert PaymentsAccount(webhook_secret=" whsec_a, whsec_b ,").webhook_secrets == ("whsec_a", "whsec_b")
    assert PaymentsAccount().webhook_secrets == ()


def test_no_repr_and_no_refusal_tells_a_secret():
    found = loaded()

    shown = repr(found) + repr(found.payments) + refused(JWT_SECRET_KEY=SECRET_KEY)

    for secret in (SECRET_KEY, JWT_SECRET_KEY, PAYMENTS_KEY, WEBHOOK_SECRET):
        assert secret not in shown


def test_the_account_takes_no_setting_that_it_does_not_have():
    assert "unknown field" in refused(PAYMENTS={"API_BAES": "https://pay.example"})


def test_rates_of_shipping_are_ids_and_nothing_is_added_unless_it_is_asked_for():
    found = loaded(SHIPPING_RATES="shr_1A, shr_2b", AUTOMATIC_TAX="true")

    assert (found.shipping_rates, found.automatic_tax) == ("shr_1A, shr_2b", True)
    assert (found.promotion_codes, found.invoices, loaded().shipping_rates) == (False, False, "")


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ("standard", "KIOSK_SHIPPING_RATES has the wrong form"),
        ("shr_1 shr_2", "KIOSK_SHIPPING_RATES has the wrong form"),
        ("shr_1,shr_1", "KIOSK_SHIPPING_RATES names a rate twice"),
        ("shr_1,shr_2,shr_3,shr_4,shr_5,shr_6", "KIOSK_SHIPPING_RATES names 6 rates"),
    ],
)
def test_rates_that_no_payment_page_can_offer_are_refused(rates, words):
    assert refused(SHIPPING_RATES=rates).startswith(words)


@pytest.mark.parametrize("name", ["AUTOMATIC_TAX", "PROMOTION_CODES", "INVOICES"])
def test_what_is_on_or_off_is_written_as_true_or_false(name):
    assert refused(**{name: "perhaps"}).startswith(f"KIOSK_{name} has the wrong form")
