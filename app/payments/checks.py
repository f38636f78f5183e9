"""Whether the settings of the payments are right, and whether anything needs a person."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.payments import findings
from app.runtime import email_address
from app.runtime.async_bridge import bridge
from app.runtime.checks import Check, Line
from app.runtime.config import Settings, listed, settings
from app.runtime.db import db, utcnow
from app.runtime.sqlite_files import is_missing
from app.stripe.errors import NotFound, PaymentError
from app.stripe.gateway import gateway

MOST_RATES = 5
"""https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-shipping_options"""


def check_settings(settings: Settings) -> Iterator[str]:
    if settings.staff_mail:
        try:
            email_address.ascii_form(settings.staff_mail)
        except email_address.NoMailbox:
            yield "KIOSK_STAFF_MAIL is no address: write it like staff@mail.example"
    rates = listed(settings.shipping_rates)
    if len(rates) > MOST_RATES:
        yield f"KIOSK_SHIPPING_RATES names {len(rates)} rates, and the payment page offers {MOST_RATES}: leave some out"
    if len(set(rates)) < len(rates):
        yield "KIOSK_SHIPPING_RATES names a rate twice: leave one out"


def checks() -> Iterator[tuple[str, Check]]:
    yield "orders", check_findings
    if settings().shipping_rates:
        yield "shipping", check_shipping_rates


def check_shipping_rates() -> Iterator[Line]:
    """No order can be paid with one that the provider does not offer."""
    currency, rates = settings().currency, listed(settings().shipping_rates)
    try:
        wrong = [name for name in rates if not bridge.run(_is_offered(name, currency))]
    except PaymentError:  # the check of the account says why
        yield Line("warn", "shipping", "the rates were not looked at", "see what is said of payments")
        return
    if wrong:
        words = f"the provider offers no rate {', '.join(wrong)} in {currency}: no order can be paid"
        yield Line("FAIL", "shipping", words, "make it there, or correct KIOSK_SHIPPING_RATES")
    else:
        yield Line("ok", "shipping", f"the provider offers all {len(rates)} rates")


async def _is_offered(name: str, currency: str) -> bool:
    try:
        rate = await gateway().get_shipping_rate(name)
    except NotFound:
        return False
    return rate.active and rate.is_in(currency)


def check_findings() -> Iterator[Line]:
    if is_missing(db.engine):  # the check of the database says so
        return
    try:
        unclosed = findings.unclosed(db.session(), utcnow())
    except sa.exc.SQLAlchemyError:
        return
    if unclosed:
        yield Line(
            "warn", "orders", f"{len(unclosed)} need a person", "run `kiosk reconcile`, and see docs/payments.md"
        )
