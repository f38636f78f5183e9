"""The mails that came: in memory, and in a file where asked for."""

import email
import email.policy
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from simulators.store import Resource, Store

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
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: Literal["plain", "html"]) -> str:
        body = self.parsed.get_body((kind,))
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
    def __init__(self, file: Path | None = None) -> None:
        self._store = Store("mail", ("mails", "meta"), file)
        self._mails = [_read(told) for told in self._store["mails"].values()]
        self._last = int(self._store["meta"].get("last", {}).get("number", 0))
        self.cleared = 0
        """How often: a mail that was begun before that does not arrive after it."""

    def keep(self, mail_began: int, sender: str, to: list[str], raw: bytes, *, encrypted: bool, user: str) -> bool:
        """Whether it is kept; not so where the inbox was cleared since `mail_began`, the count at that time."""
        with self._store as store:
            if mail_began != self.cleared:
                return False
            self._last += 1
            mail = Mail(self._last, datetime.now(UTC), sender, to, raw, encrypted, user)
            store.put("meta", "last", {"number": mail.number})
            store.put("mails", str(mail.number), _written(mail))
            self._mails.append(mail)
            for old in self._mails[:-MOST]:
                store.remove("mails", str(old.number))
            del self._mails[:-MOST]
            return True

    def newest_first(self) -> list[Mail]:
        with self._store:
            return self._mails[::-1]

    def get(self, number: int) -> Mail | None:
        return next((mail for mail in self.newest_first() if mail.number == number), None)

    def clear(self) -> None:
        """Numbers go on, so that the address of a mail never leads to another."""
        with self._store as store:
            self._mails = []
            self.cleared += 1
            store.clear()
            store.put("meta", "last", {"number": self._last})


def _written(mail: Mail) -> Resource:
    """As JSON has it."""
    told = {name: getattr(mail, name) for name in ("number", "sender", "to", "encrypted", "user")}
    return {**told, "at": mail.at.isoformat(), "raw": b64encode(mail.raw).decode()}


def _read(told: Resource) -> Mail:
    return Mail(**{**told, "at": datetime.fromisoformat(told["at"]), "raw": b64decode(told["raw"])})
