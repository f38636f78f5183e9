"""Whether anything of the payments needs a person."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.payments import findings
from app.runtime import email_address
from app.runtime.checks import Check, Line
from app.runtime.config import Settings
from app.runtime.db import db, is_missing, utcnow


def check_settings(settings: Settings) -> Iterator[str]:
    if settings.staff_mail:
        try:
            email_address.ascii_form(settings.staff_mail)
        except email_address.NoMailbox:
            yield "KIOSK_STAFF_MAIL is no address: write it like staff@mail.example"


def checks() -> Iterator[tuple[str, Check]]:
    yield "orders", check_findings


def check_findings() -> Iterator[Line]:
    if is_missing():  # the check of the database says so
        return
    try:
        unclosed = findings.unclosed(db.session(), utcnow())
    except sa.exc.SQLAlchemyError:
        return
    if unclosed:
        yield Line(
            "warn", "orders", f"{len(unclosed)} need a person", "run `kiosk reconcile`, and see docs/payments.md"
        )
