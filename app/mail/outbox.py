"""The outbox: mails wait in the database, so that none is lost and none is sent of what was rolled back."""

from functools import partial
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.config import settings
from app.db import after_commit, insert_once, now
from app.jobs import jobs
from app.mail.models import Outgoing

Kind = Literal[
    "account_closed",
    "email_changed",
    "new_sign_in",
    "passkey_added",
    "passkey_removed",
    "password_changed",
    "receipt",
    "reset_password",
    "totp_added",
    "totp_removed",
    "verify_email",
]


def queue(session: Session, kind: Kind, dedupe_key: str, payload: dict[str, Any]) -> bool:
    """Have a mail sent once this transaction is committed. Whether it is new: there is one of each `dedupe_key`.

    The payload holds no secret: what a link needs is minted when the mail is made. Where no mail is set up the row is
    done at once, so that setting it up later sends nothing old.
    """
    moment, is_sent = now(), bool(settings().mail_url)
    values = {
        "dedupe_key": dedupe_key,
        "kind": kind,
        "payload": payload if is_sent else {},
        "created_at": moment,
        "done_at": None if is_sent else moment,
        "tries": 0,
        "next_try_at": moment if is_sent else None,
    }
    is_new = insert_once(Outgoing, values) is not None
    if is_new and is_sent:
        after_commit(session, "mail", partial(jobs().ring, "mail", "due", wait=False))
    return is_new
