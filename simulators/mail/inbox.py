"""The mails that came, in memory."""

import email
import email.policy
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from itertools import count
from typing import Any

MOST = 500
"""Mails; the oldest go first."""


@dataclass(frozen=True)
class Mail:
    """`sender` and `to` are of the envelope, `encrypted` and `user` of the connection that it came on."""

    number: int
    at: datetime
    sender: str
    to: list[str]
    raw: bytes
    encrypted: bool
    user: str

    @cached_property
    def parsed(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.parsed["Subject"] or "(no subject)")

    @property
    def text(self) -> str:
        body = self.parsed.get_body(("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body else ""

    def as_dict(self) -> dict[str, Any]:
        headers = {name: str(value) for name, value in self.parsed.items()}
        return {
            "number": self.number,
            "sender": self.sender,
            "to": self.to,
            "headers": headers,
            "text": self.text,
            "encrypted": self.encrypted,
            "user": self.user,
        }


class Inbox:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._mails: list[Mail] = []

    def keep(self, sender: str, to: list[str], raw: bytes, *, encrypted: bool, user: str) -> None:
        with self._lock:
            mail = Mail(next(self._numbers), datetime.now(UTC), sender, to, raw, encrypted, user)
            self._mails = [*self._mails, mail][-MOST:]

    def newest_first(self) -> list[Mail]:
        with self._lock:
            return self._mails[::-1]

    def get(self, number: int) -> Mail | None:
        return next((mail for mail in self.newest_first() if mail.number == number), None)

    def clear(self) -> None:
        with self._lock:
            self._mails = []
