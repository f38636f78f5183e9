"""Whether anything of the payments needs a person."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.payments import findings
from app.runtime.checks import Check, Line
from app.runtime.db import db, is_missing, utcnow


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
