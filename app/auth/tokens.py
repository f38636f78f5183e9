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
from app.auth.models import RefreshToken, UserSession
from app.runtime.config import Settings
from app.runtime.errors import Unauthorized
from app.users.models import User
from app.web.api import END, Private

ACCESS_SECONDS = 15 * 60
GRACE = timedelta(seconds=20)
"""How long a refresh token that was used just now gets the same answer again: the first may have been lost."""

AUDIENCE = "kiosk-api"
ALGORITHM = "HS256"
TYPE = "at+jwt"

Text = Annotated[str, msgspec.Meta(max_length=255, pattern=rf"^[!-~]+{END}")]
"""What Kiosk puts into tokens, and what each database can be asked for: of NUL and lone surrogates neither is true."""

Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""Since 1970."""


class Claims(msgspec.Struct, frozen=True):
    """What an access token has to say, in these types: https://www.rfc-editor.org/rfc/rfc9068#section-2.2

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
    detail = "This token is not valid, or no longer."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class TokenPair(Private, frozen=True):
    """`expires_in` in seconds, of the access token."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


def sign_in(session: Session, settings: Settings, user: User, now: datetime) -> TokenPair:
    begun = sessions.begin(session, user, now)
    refresh = opaque_tokens.mint()
    session.add(RefreshToken(token_hash=opaque_tokens.digest(refresh), session_id=begun.id))
    return _pair(settings, begun, refresh, now)


def refresh(session: Session, settings: Settings, token: str, now: datetime) -> TokenPair:
    """The next pair. A token that was used before ends the whole family, for one of two who hold it is a thief.

    Within GRACE it gets the very answer that it got before, and nothing new. Raises InvalidToken.
    """
    known = RefreshToken.token_hash == opaque_tokens.digest(token)
    # The family before its tokens, as whoever ends it has them: else each could wait for the other.
    whole = sa.select(UserSession.id).join(RefreshToken).where(known)
    session.execute(whole.with_for_update(key_share=True, of=UserSession))
    following = opaque_tokens.successor(settings.secret_key, token)
    first = session.execute(
        sa.update(RefreshToken).where(known, RefreshToken.used_at.is_(None)).values(used_at=now)
    ).rowcount  # type: ignore[attr-defined]
    found = session.scalar(sa.select(RefreshToken).where(known))
    if found is None:
        raise InvalidToken
    assert found.used_at is not None
    family = sessions.find(session, UserSession.id == found.session_id, now)
    if family is None:
        raise InvalidToken
    if first:
        session.add(RefreshToken(token_hash=opaque_tokens.digest(following), session_id=family.id))
        family.used_at = now
    elif now - found.used_at > GRACE:
        sessions.end(session, family)
        session.commit()
        raise InvalidToken
    else:
        following = _given_before(session, settings, token)
    return _pair(settings, family, following, found.used_at)


def _given_before(session: Session, settings: Settings, token: str) -> str:
    """What followed `token` when it was used, whichever key was current then. Raises InvalidToken."""
    made = {
        opaque_tokens.digest(each): each
        for each in (opaque_tokens.successor(key, token) for key in settings.secret_keys)
    }
    found = session.scalar(sa.select(RefreshToken.token_hash).where(RefreshToken.token_hash.in_(made)))
    if found is None:
        raise InvalidToken
    return made[found]


def _pair(settings: Settings, family: UserSession, refresh: str, at: datetime) -> TokenPair:
    """The same in every detail for the same arguments."""
    key = _key(settings.jwt_secret_key)
    issued = int(at.timestamp())
    claims = {
        "iss": settings.public_url,
        "aud": AUDIENCE,
        "sub": family.user.public_id,
        "sid": family.public_id,
        "iat": issued,
        "exp": issued + ACCESS_SECONDS,
        "jti": opaque_tokens.digest("jti:" + refresh).hex()[:32],
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
    return TokenPair(jwt.encode(header, claims, key), refresh, "Bearer", ACCESS_SECONDS)


def read(settings: Settings, token: str, now: datetime) -> Claims:
    """What an access token says, where it is one of ours and good at this moment. Raises InvalidToken."""
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
    if max(claims.iat, claims.nbf) > now.timestamp() + 1 or now.timestamp() >= claims.exp:
        raise InvalidToken
    return claims


def _key(secret: str) -> OctKey:
    raw = secret.encode()
    return OctKey.import_key(raw, {"kid": hashlib.sha256(b"kid:" + raw).hexdigest()[:8]})
