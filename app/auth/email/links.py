"""Links that work once, for one purpose. The mail has 256 random bits, the database their hash."""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.auth import opaque_tokens
from app.auth.models import OneTimeToken, TokenPurpose
from app.runtime.config import Settings
from app.runtime.errors import Invalid
from app.runtime.retention import delete_some
from app.users.models import User


class Link(msgspec.Struct, frozen=True):
    """A kind of link. `page` is the page of the shop that it leads to."""

    purpose: TokenPurpose
    page: str
    lasts: timedelta


RESET = Link("password_reset", "reset-password", timedelta(hours=1))
INVITATION = Link(RESET.purpose, RESET.page, timedelta(days=7))
"""For the first password of a user whom staff have added: a reset that lasts longer."""

VERIFICATION = Link("email_verification", "verify-email", timedelta(days=2))


class InvalidLink(Invalid):
    error = "invalid_token"
    detail = "This link is not valid, or has expired. Ask for another one."


def generate(
    session: Session,
    settings: Settings,
    link: Link,
    user: User,
    now: datetime,
    *,
    email: str | None = None,
    again: bool = False,
) -> str:
    """The address that the mail shows. Older links of the purpose end, unless the same mail is sent `again`.

    A mail that seemed lost may have arrived, and the user may keep that one of the two.
    """
    delete_some(session, OneTimeToken, OneTimeToken.expires_at < now)
    if not again:
        own = (OneTimeToken.user_id == user.id) & (OneTimeToken.purpose == link.purpose)
        session.execute(sa.delete(OneTimeToken).where(own))
    token = opaque_tokens.generate()
    session.add(
        OneTimeToken(
            token_hash=opaque_tokens.digest(token),
            purpose=link.purpose,
            user_id=user.id,
            email=email,
            expires_at=now + link.lasts,
        )
    )
    session.flush()
    return f"{settings.public_url}/{link.page}?token={token}"


def user_of(session: Session, purpose: TokenPurpose, token: str, now: datetime) -> User | None:
    """The user of a link that is still good. The link stays good."""
    return session.scalar(sa.select(User).join(OneTimeToken).where(_is_good(purpose, token, now)))


def spend(session: Session, purpose: TokenPurpose, token: str, now: datetime) -> tuple[User, str | None]:
    """The active user of the link, locked, and the address that the link verifies. Raises InvalidLink."""
    is_good = _is_good(purpose, token, now)
    query = sa.select(User).join(OneTimeToken).where(is_good, User.active)
    # Lock the user before the link, as closing an account does: in the other order the two could wait for each other.
    locked = query.with_for_update(of=User, key_share=True).execution_options(populate_existing=True)
    user = session.scalar(locked)
    spent = session.execute(sa.delete(OneTimeToken).where(is_good).returning(OneTimeToken.email)).first()
    if user is None or spent is None:
        raise InvalidLink
    return user, spent.email


def end(session: Session, user_id: int, purpose: TokenPurpose | None = None) -> None:
    """End the links of a user: those of one purpose, or all."""
    own = sa.delete(OneTimeToken).where(OneTimeToken.user_id == user_id)
    session.execute(own if purpose is None else own.where(OneTimeToken.purpose == purpose))


def _is_good(purpose: TokenPurpose, token: str, now: datetime) -> sa.ColumnElement[bool]:
    is_this = (OneTimeToken.token_hash == opaque_tokens.digest(token)) & (OneTimeToken.purpose == purpose)
    return is_this & (OneTimeToken.expires_at > now)
