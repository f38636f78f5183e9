"""Whether payments can be taken: checks of the settings, of the provider and its key, and of its clock."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from app.runtime.async_bridge import bridge
from app.runtime.checks import Check, Line
from app.runtime.config import Settings, settings
from app.runtime.config_checks import check_provider
from app.runtime.db import utcnow
from app.stripe import currencies
from app.stripe.errors import Misconfigured, PaymentError
from app.stripe.gateway import gateway


def check_settings(settings: Settings) -> Iterator[str]:
    yield from check_provider(settings, "KIOSK_PAYMENTS__API_BASE", settings.payments.api_base)
    if settings.payments.api_base.rstrip("/").endswith("/v1"):
        yield "KIOSK_PAYMENTS__API_BASE ends in /v1, which Kiosk adds by itself: leave it out"
    if settings.env in ("staging", "production") and not settings.payments.secret_key:
        yield "KIOSK_PAYMENTS__SECRET_KEY is not set: without it no order can be paid"
    yield from currencies.check(settings)


def checks() -> Iterator[tuple[str, Check]]:
    yield "payments", check_account


def check_account() -> Iterator[Line]:
    account = settings().payments
    if not account.secret_key:
        yield Line("warn", "payments", "no key: no order can be paid", "set KIOSK_PAYMENTS__SECRET_KEY")
        return
    try:
        bridge.run(_read_one())
    except Misconfigured as error:
        yield Line("FAIL", "payments", f"the key is refused ({error})", "check KIOSK_PAYMENTS__SECRET_KEY")
    except PaymentError as error:
        yield Line("FAIL", "payments", f"no answer ({error})", "check KIOSK_PAYMENTS__API_BASE, and the way out")
    else:
        moves = "real money moves" if gateway().livemode else "a key for tests: no money moves"
        level: Literal["ok", "warn"] = "warn" if settings().env == "production" and not gateway().livemode else "ok"
        yield Line(level, "payments", f"the key is accepted; {moves}")
    if not account.webhook_secrets:
        mend = "set KIOSK_PAYMENTS__WEBHOOK_SECRET"
        yield Line("FAIL", "payments", "no secret to know the provider's events by", mend)


async def _read_one() -> None:
    """Ask for a list that is read anyway, and is most likely empty: it changes nothing."""
    async for _ in gateway().events(int(utcnow().timestamp())):
        return


def read_clock() -> datetime | None:
    """The payment provider's."""
    if not settings().payments.secret_key:
        return None
    try:
        return bridge.run(gateway().clock())
    except PaymentError:  # `check_account` says why
        return None


def degraded() -> Iterator[str]:
    """For /readyz."""
    if gateway().is_resting:
        yield "The payment provider hangs: orders are taken, and can be paid once it answers."
