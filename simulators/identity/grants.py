"""Codes and access tokens: short-lived, bound to a client, and limited in number."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from simulators.identity.people import Person

Kind = Literal["openid", "github"]

CODE_SECONDS = 60
TOKEN_SECONDS = 3600
MOST = 10_000


@dataclass(frozen=True)
class Grant:
    """What a person allowed a client, and what the client must show again to make use of it."""

    kind: Kind
    client_id: str
    redirect_uri: str
    person: Person
    scopes: frozenset[str]
    auth_time: int
    nonce: str | None = None
    challenge: str | None = field(default=None, repr=False)


@dataclass
class Code:
    grant: Grant
    expires: float
    used: bool = False
    tokens: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Token:
    grant: Grant
    expires: float


class CodeError(Exception):
    """The code is unknown, expired, another client's, or was used before. The message says which."""


class RedirectError(CodeError):
    """The redirect_uri is not the one that the code was sent to."""


Entry = TypeVar("Entry", Code, Token)


class Shelf(Generic[Entry]):
    """A bounded store of things that expire, oldest first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def put(self, key: str, entry: Entry, now: float) -> None:
        self._entries[key] = entry
        while self._entries:
            oldest = next(iter(self._entries))
            if self._entries[oldest].expires > now and len(self._entries) <= MOST:
                break
            del self._entries[oldest]

    def get(self, key: str, now: float) -> Entry | None:
        entry = self._entries.get(key)
        return entry if entry and entry.expires > now else None

    def drop(self, key: str) -> None:
        self._entries.pop(key, None)

    def clear(self) -> None:
        self._entries.clear()


class Grants:
    """Not safe for threads: the state's lock guards it."""

    def __init__(self) -> None:
        self.codes: Shelf[Code] = Shelf()
        self.tokens: Shelf[Token] = Shelf()

    def issue_code(self, grant: Grant, now: float) -> str:
        code = secrets.token_urlsafe(32)
        self.codes.put(code, Code(grant, now + CODE_SECONDS), now)
        return code

    def redeem(self, value: str, client_id: str, redirect_uri: str | None, now: float) -> Code:
        """Takes a code off the client's hands, for good: the first attempt counts, even if a later check fails.

        Raises CodeError. A code that comes a second time takes its tokens with it (RFC 6749 section 4.1.2).
        """
        code = self.codes.get(value, now)
        if code is None:
            raise CodeError("the code is unknown or has expired")
        if code.used:
            for token in code.tokens:
                self.tokens.drop(token)
            raise CodeError("the code was used before; its access tokens are revoked")
        code.used = True
        if code.grant.client_id != client_id:
            raise CodeError("the code was issued to another client")
        if redirect_uri not in (None, code.grant.redirect_uri):  # OpenID's clients must show it, GitHub's may
            raise RedirectError("redirect_uri is not the one of the authorization request")
        return code

    def issue_token(self, code: Code, now: float) -> str:
        prefix = "gho_" if code.grant.kind == "github" else ""
        token = prefix + secrets.token_urlsafe(32)
        self.tokens.put(token, Token(code.grant, now + TOKEN_SECONDS), now)
        code.tokens.append(token)
        return token

    def behind(self, token: str, now: float) -> Grant | None:
        known = self.tokens.get(token, now)
        return known.grant if known else None

    def clear(self) -> None:
        self.codes.clear()
        self.tokens.clear()
