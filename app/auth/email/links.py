"""Links that work once, for one purpose: 256 random bits for whoever gets them, a hash for the database."""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import opaque_tokens
from app.auth.models import OneTimeToken
from app.runtime.config import Settings
from app.runtime.errors import Invalid
from app.users.models import User


class Purpose(msgspec.Struct, frozen=True):
    """`page` is the page of the shop that takes the token to where it is spent."""

    name: str
    page: str
    lasts: timedelta


RESET = Purpose("password_reset", "reset-password", timedelta(hours=1))
INVITE = Purpose(RESET.name, RESET.page, timedelta(days=7))
"""The first password of somebody for whom staff made an account: a reset for which they need not hurry."""

VERIFY = Purpose("email_verification", "verify-email", timedelta(days=2))


class InvalidLink(Invalid):
    error = "invalid_token"
    detail = "This link is not valid, or no longer. Ask for another."


def mint(
    session: Session,
    settings: Settings,
    purpose: Purpose,
    user: User,
    now: datetime,
    *,
    email: str | None = None,
    again: bool = False,
) -> str:
    """The address of a page. Older links of this purpose end, unless this is the same mail sent `again`.

    For a mail that seemed lost may have come, and be the one of the two that is kept.
    """
    old = OneTimeToken.expires_at < now
    if not again:
        old |= (OneTimeToken.user_id == user.id) & (OneTimeToken.purpose == purpose.name)
    session.execute(sa.delete(OneTimeToken).where(old))
    token = opaque_tokens.mint()
    session.add(
        OneTimeToken(
            token_hash=opaque_tokens.digest(token),
            purpose=purpose.name,
            user_id=user.id,
            email=email,
            expires_at=now + purpose.lasts,
        )
    )
    session.flush()
    return f"{settings.public_url}/{purpose.page}?token={token}"


def whose(session: Session, purpose: Purpose, token: str, now: datetime) -> User | None:
    """Whom a link is for; asking does not spend it."""
    mine = (OneTimeToken.token_hash == opaque_tokens.digest(token)) & (OneTimeToken.purpose == purpose.name)
    return session.scalar(sa.select(User).join(OneTimeToken).where(mine, OneTimeToken.expires_at > now))


def spend(session: Session, purpose: Purpose, token: str, now: datetime) -> tuple[User, str | None]:
    """The active user whom the link was for, held, and the address that it is about. Raises InvalidLink."""
    mine = (OneTimeToken.token_hash == opaque_tokens.digest(token)) & (OneTimeToken.purpose == purpose.name)
    asked = sa.select(User).join(OneTimeToken).where(mine, OneTimeToken.expires_at > now, User.active)
    # The user before the link, as when an account is closed: the other way round the two could wait for each other.
    held = asked.with_for_update(of=User, key_share=True).execution_options(populate_existing=True)
    user = session.scalar(held)
    spent = sa.delete(OneTimeToken).where(mine, OneTimeToken.expires_at > now).returning(OneTimeToken.email)
    found = session.execute(spent).first()
    if user is None or found is None:
        raise InvalidLink
    return user, found.email
