"""A mail to staff about each finding: what needs a person should not wait until one looks."""

from datetime import datetime

from sqlalchemy.orm import Session

from app import mail
from app.mail.message import Message
from app.mail.models import Outgoing
from app.payments import findings
from app.runtime.config import settings
from app.runtime.languages import retold
from app.users.service import language_of, reads_at


def tell(session: Session, now: datetime) -> None:
    """Queue a mail for each finding that is not closed and was not mailed before. Committed."""
    if settings().staff_mail:
        for each in findings.unclosed(session, now):
            mail.queue(session, "finding", {"words": each.words}, once=f"finding:{each.id}")
    session.commit()


def finding(session: Session, outgoing: Outgoing) -> Message | None:
    """The payload is `{"words": …}`, which name no person."""
    if not settings().staff_mail:
        return None
    link = f"{settings().public_url}/staff/findings"
    language = language_of(reads_at(session, settings().staff_mail))
    values = {"words": retold(outgoing.payload["words"], language), "link": link}
    return Message(settings().staff_mail, "finding", values, language)
