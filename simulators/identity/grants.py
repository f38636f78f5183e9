"""Codes and access tokens: short-lived, bound to a client, and limited in number."""

from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from typing import Generic, Literal, TypeVar

from simulators.identity.ids import Ids
from simulators.identity.people import Person
from simulators.store import Resource, Store

Kind = Literal["openid", "github"]

CODE_SECONDS = 60
TOKEN_SECONDS = 3600
REFRESH_SECONDS = 30 * 86400
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
    sid: str
    """The session at the client that comes of it, in ID and logout tokens."""
    nonce: str | None = None
    challenge: str | None = field(default=None, repr=False)


@dataclass
class Code:
    value: str = field(repr=False)
    grant: Grant
    expires: float
    used: bool = False
    family: str = ""
    tokens: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Token:
    grant: Grant
    expires: float
    family: str = ""
    """What all tokens that came of one sign-in share: they are revoked together."""


class CodeError(Exception):
    """The code is unknown, expired, another client's, or was used before. The message says which."""


class RedirectError(CodeError):
    """The redirect_uri is not the one that the code was sent to."""


@dataclass
class Refresh:
    """Good once: the next use of it gives another, and a second use is a theft."""

    grant: Grant
    family: str
    expires: float
    used: bool = False


Entry = TypeVar("Entry", Code, Token, Refresh)


class Shelf(Generic[Entry]):
    """A bounded table of things that expire, oldest first, kept in a table of the store."""

    def __init__(self, store: Store, table: str, kind: type[Entry]) -> None:
        self._store, self._table = store, table
        kept = store[table].items()
        self._entries: OrderedDict[str, Entry] = OrderedDict((key, _read(kind, told)) for key, told in kept)

    def put(self, key: str, entry: Entry, now: float) -> None:
        self.keep(key, entry)
        while self._entries:
            oldest = next(iter(self._entries))
            if self._entries[oldest].expires > now and len(self._entries) <= MOST:
                break
            self.drop(oldest)

    def keep(self, key: str, entry: Entry) -> None:
        """Also one that has changed."""
        self._entries[key] = entry
        self._store.put(self._table, key, _written(entry))

    def get(self, key: str, now: float) -> Entry | None:
        entry = self._entries.get(key)
        return entry if entry and entry.expires > now else None

    def live(self, now: float) -> list[Entry]:
        return [entry for entry in self._entries.values() if entry.expires > now]

    def drop_family(self, family: str) -> None:
        for key, entry in list(self._entries.items()):
            if entry.family == family:
                self.drop(key)

    def drop(self, key: str) -> None:
        self._entries.pop(key, None)
        self._store.remove(self._table, key)

    def clear(self) -> None:
        self._entries.clear()


class Grants:
    """Not safe for threads: the state's lock guards it."""

    def __init__(self, store: Store, ids: Ids) -> None:
        self._ids = ids
        self.codes = Shelf(store, "codes", Code)
        self.tokens = Shelf(store, "tokens", Token)
        self.refreshes = Shelf(store, "refreshes", Refresh)

    def issue_code(self, grant: Grant, now: float) -> str:
        code = self._ids.text()
        self.codes.put(code, Code(code, grant, now + CODE_SECONDS), now)
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
            self.revoke_family(code.family)
            raise CodeError("the code was used before; its access tokens are revoked")
        code.used = True
        self.codes.keep(value, code)
        if code.grant.client_id != client_id:
            raise CodeError("the code was issued to another client")
        if redirect_uri not in (None, code.grant.redirect_uri):  # OpenID's clients must show it, GitHub's may
            raise RedirectError("redirect_uri is not the one of the authorization request")
        return code

    def issue_token(self, code: Code, now: float) -> str:
        prefix = "gho_" if code.grant.kind == "github" else ""
        token = prefix + self._ids.text()
        code.family = code.family or self._ids.hexadecimal()
        self.tokens.put(token, Token(code.grant, now + TOKEN_SECONDS, code.family), now)
        code.tokens.append(token)
        self.codes.keep(code.value, code)
        return token

    def issue_refresh(self, grant: Grant, family: str, now: float) -> str:
        token = self._ids.text()
        self.refreshes.put(token, Refresh(grant, family, now + REFRESH_SECONDS), now)
        return token

    def refresh(self, value: str, client_id: str, now: float) -> tuple[str, str, Grant]:
        """A new access token and refresh token. Raises CodeError; a token that comes again ends its whole family."""
        known = self.refreshes.get(value, now)
        if known is None or known.grant.client_id != client_id:
            raise CodeError("the refresh token is unknown, expired, or another client's")
        if known.used:
            self.revoke_family(known.family)
            raise CodeError("the refresh token was used before; all tokens of its sign-in are revoked")
        known.used = True
        self.refreshes.keep(value, known)
        token = self._ids.text()
        self.tokens.put(token, Token(known.grant, now + TOKEN_SECONDS, known.family), now)
        return token, self.issue_refresh(known.grant, known.family, now), known.grant

    def revoke(self, value: str, client_id: str, now: float) -> None:
        """A refresh token takes its access tokens with it (RFC 7009 section 2.1); another client's stays."""
        known = self.refreshes.get(value, now)
        if known is not None and known.grant.client_id == client_id:
            self.revoke_family(known.family)
        token = self.tokens.get(value, now)
        if token is not None and token.grant.client_id == client_id:
            self.tokens.drop(value)

    def revoke_family(self, family: str) -> None:
        self.tokens.drop_family(family)
        self.refreshes.drop_family(family)

    def behind(self, token: str, now: float) -> Grant | None:
        known = self.tokens.get(token, now)
        return known.grant if known else None

    def of(self, sub: str, now: float) -> list[Grant]:
        """What the person allowed, once for each sign-in."""
        grants = [token.grant for token in self.tokens.live(now)]
        grants += [refresh.grant for refresh in self.refreshes.live(now)]
        return list({grant.sid: grant for grant in grants if grant.person.sub == sub}.values())

    def clear(self) -> None:
        self.codes.clear()
        self.tokens.clear()
        self.refreshes.clear()


def _written(entry: Code | Token | Refresh) -> Resource:
    """As JSON has it."""
    told = asdict(entry)
    told["grant"]["scopes"] = sorted(entry.grant.scopes)
    return told


def _read(kind: type[Entry], told: Resource) -> Entry:
    given = told["grant"]
    person, scopes = Person(**given["person"]), frozenset(given["scopes"])
    return kind(**{**told, "grant": Grant(**{**given, "person": person, "scopes": scopes})})
