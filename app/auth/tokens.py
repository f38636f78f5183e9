"""Access tokens (RFC 9068) and refresh tokens of API clients."""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
import sqlalchemy as sa
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy.orm import Session

from app.auth import opaque_tokens, sessions
from app.auth.devices import Device
from app.auth.models import RefreshToken, UserSession
from app.runtime.config import Settings
from app.runtime.db import affected
from app.runtime.errors import Unauthorized
from app.users.models import User
from app.web.api import END, Private

ACCESS_SECONDS = 15 * 60
GRACE = timedelta(seconds=20)
"""How long a used refresh token gets the same answer again: the first answer may have been lost."""

LEEWAY = 30
"""Seconds that the clock of the server that issued a token may be ahead: `kiosk doctor` fails from there on."""

AT_ONCE, EVERY = 100, timedelta(minutes=5)
"""How many refresh tokens a session gets, beside one every so often: each used one is a row for as long as the session
lives, since its second use has to be noticed. A client that has had as many keeps the one that it has for a while.
"""

AUDIENCE = "kiosk-api"
ALGORITHM = "HS256"
TYPE = "at+jwt"

Text = Annotated[str, msgspec.Meta(max_length=255, pattern=rf"^[!-~]+{END}")]
"""What Kiosk puts into tokens, and what each database can be asked for: of NUL and lone surrogates neither is true."""

Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""Since 1970."""


class Claims(msgspec.Struct, frozen=True):
    """The claims of an access token: https://www.rfc-editor.org/rfc/rfc9068#section-2.2

    `sub` and `sid` are the `public_id` of the user and of the session.
    """

    iss: Text
    aud: Text
    sub: Text
    sid: Text
    iat: Seconds
    exp: Seconds
    jti: Text
    nbf: Seconds = 0


class InvalidToken(Unauthorized):
    error = "invalid_token"
    detail = "This token is not valid, or has expired."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class TokenPair(Private, frozen=True):
    """`expires_in` is of the access token, in seconds."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


def sign_in(session: Session, settings: Settings, user: User, device: Device, now: datetime) -> TokenPair:
    begun = sessions.begin(session, user, now, device)
    refresh = opaque_tokens.generate()
    session.add(RefreshToken(token_hash=opaque_tokens.digest(refresh), session_id=begun.id))
    return _pair(settings, begun, refresh, now)


def refresh(session: Session, settings: Settings, token: str, now: datetime) -> TokenPair:
    """The next pair. A token that comes a second time ends the whole family: one of its two holders is a thief.

    Within GRACE the second time gets exactly the first answer, and nothing new. A client that has had too many refresh
    tokens gets a new access token alone. Raises InvalidToken.
    """
    is_this = RefreshToken.token_hash == opaque_tokens.digest(token)
    # Lock the session before its tokens, as ending it does: in the other order the two could wait for each other.
    locked = sa.select(UserSession.id).join(RefreshToken).where(is_this)
    session.execute(locked.with_for_update(key_share=True, of=UserSession))
    if (keeping := _keeping(session, is_this, now)) is not None:
        keeping.used_at = now
        return _pair(settings, keeping, token, now)
    following = opaque_tokens.successor(settings.secret_key, token)
    unused = sa.update(RefreshToken).where(is_this, RefreshToken.used_at.is_(None))
    is_first_use = affected(session, unused.values(used_at=now))
    row = session.scalar(sa.select(RefreshToken).where(is_this))
    if row is None:
        raise InvalidToken
    assert row.used_at is not None
    family = sessions.find(session, UserSession.id == row.session_id, now)
    if family is None:
        raise InvalidToken
    if is_first_use:
        session.add(RefreshToken(token_hash=opaque_tokens.digest(following), session_id=family.id))
        family.used_at = now
    elif now - row.used_at > GRACE:
        sessions.end(session, family)
        session.commit()
        raise InvalidToken
    else:
        following = _given_before(session, settings, token)
    return _pair(settings, family, following, row.used_at)


def _keeping(session: Session, is_this: sa.ColumnElement[bool], now: datetime) -> UserSession | None:
    """The session of an unused token that has to do for longer; None where the client gets another one."""
    its_session = sa.select(RefreshToken.session_id).where(is_this, RefreshToken.used_at.is_(None)).scalar_subquery()
    family = sessions.find(session, UserSession.id == its_session, now)
    if family is None:
        return None
    used = sa.select(sa.func.count()).where(RefreshToken.session_id == family.id, RefreshToken.used_at.is_not(None))
    return family if (session.scalar(used) or 0) >= AT_ONCE + (now - family.created_at) // EVERY else None


def _given_before(session: Session, settings: Settings, token: str) -> str:
    """The token that followed `token` at its first use, under whichever key was current then. Raises InvalidToken."""
    candidates = {
        opaque_tokens.digest(each): each
        for each in (opaque_tokens.successor(key, token) for key in settings.secret_keys)
    }
    given = session.scalar(sa.select(RefreshToken.token_hash).where(RefreshToken.token_hash.in_(candidates)))
    if given is None:
        raise InvalidToken
    return candidates[given]


def _pair(settings: Settings, family: UserSession, refresh: str, at: datetime) -> TokenPair:
    """The same pair, byte for byte, for the same arguments."""
    key = _key(settings.jwt_secret_key)
    issued = int(at.timestamp())
    claims = {
        "iss": settings.public_url,
        "aud": AUDIENCE,
        "sub": family.user.public_id,
        "sid": family.public_id,
        "iat": issued,
        "exp": issued + ACCESS_SECONDS,
        "jti": opaque_tokens.digest(f"jti:{refresh}:{issued}").hex()[:32],
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
    return TokenPair(jwt.encode(header, claims, key), refresh, "Bearer", ACCESS_SECONDS)


def read(settings: Settings, token: str, now: datetime) -> Claims:
    """The claims of an access token of ours that is good at this moment. Raises InvalidToken."""
    keys = {key.kid: key for key in map(_key, settings.jwt_secret_keys)}
    try:
        decoded = jwt.decode(token, lambda sent: keys[sent.headers()["kid"]], algorithms=[ALGORITHM])
        claims = msgspec.convert(decoded.claims, Claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # a hostile header
        raise InvalidToken from error
    if decoded.header.keys() != {"alg", "typ", "kid"} or decoded.header["typ"] != TYPE:
        raise InvalidToken
    if claims.iss != settings.public_url or claims.aud != AUDIENCE:
        raise InvalidToken
    if max(claims.iat, claims.nbf) > now.timestamp() + LEEWAY or now.timestamp() >= claims.exp:
        raise InvalidToken
    return claims


def _key(secret: str) -> OctKey:
    raw = secret.encode()
    return OctKey.import_key(raw, {"kid": hashlib.sha256(b"kid:" + raw).hexdigest()[:8]})
