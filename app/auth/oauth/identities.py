"""Accounts and who comes back from a provider: found, made, linked, unlinked."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import devices, sessions, sign_in_methods
from app.auth.models import Totp, UserSession
from app.auth.oauth.flow import Arrival
from app.auth.oauth.profile import Profile
from app.auth.oauth.providers import OAuthFailure, Provider
from app.runtime import email_address
from app.runtime.errors import NotFound
from app.users import audit_trail
from app.users import service as users
from app.users.models import Identity, User


def by_identity(session: Session, at: Provider, profile: Profile, now: datetime) -> User:
    """The user whom the provider knows as this subject, made where there is none. Raises OAuthFailure."""
    for attempt in range(5):  # another first sign-in may take the username, or be the same person's, in between
        if (identity := _known(session, at, profile)) is not None:
            identity.email = profile.email
            user = identity.user
            if not user.active:
                raise OAuthFailure("account_inactive", f"user {user.id} is not active")
            user.name = user.name or profile.name
            user.avatar_url = user.avatar_url or profile.avatar_url
            return user
        try:
            with session.begin_nested():
                whose = _vouched_for(session, at, profile)
                if whose is not None:
                    _hand_over(session, whose, at)
                # Eight at once who want one name would take turns to lose: each further try looks further around.
                _attach(session, whose or _add(session, at, profile, spread=100**attempt), at, profile, now)
        except (sa.exc.IntegrityError, users.UsernameTaken):
            continue
    raise OAuthFailure("oauth_failed", "the account cannot be made")


def _known(session: Session, at: Provider, profile: Profile) -> Identity | None:
    known = sa.select(Identity).where(Identity.issuer == at.settings.issuer, Identity.subject == profile.subject)
    return session.scalar(known)


def _vouched_for(session: Session, at: Provider, profile: Profile) -> User | None:
    """The user whose email this is: verified here, and there by a provider that is trusted to do so.

    Not one with a second factor, which this would go around, nor one with another account at that provider: whoever
    has the email now may not be who had it then. Raises OAuthFailure.
    """
    if (email := _proven(at, profile)) is None:
        return None
    user = session.scalar(sa.select(User).where(User.verified_email == email))
    if user is None:
        return None
    if not user.active:
        raise OAuthFailure("account_inactive", f"user {user.id} is not active")
    second = sa.exists().where(Totp.user_id == user.id, Totp.confirmed_at.is_not(None))
    other = sa.exists().where(Identity.user_id == user.id, Identity.provider == at.name)
    if session.scalar(sa.select(second | other)):
        raise OAuthFailure("sign_in_first", f"user {user.id} has this email")
    return user


def _hand_over(session: Session, user: User, at: Provider) -> None:
    """The account is from now on that of the person whom the provider vouches for.

    Where the address was not verified in a session of the account, another person may have registered with it ahead of
    its owner, and wait: what they sign in with is removed.
    """
    is_new_owner = not user.verified_in_session
    if is_new_owner:
        sign_in_methods.remove_all(session, user.id)
        session.expire(user, ["identities", "password_hash"])
        user.verified_in_session = True
        audit_trail.note(session, user.id, "sign_in_methods_removed", actor_id=None, address=devices.address())
    _tell(session, user.id, at, removed=is_new_owner, by="verified email")


def _proven(at: Provider, profile: Profile) -> str | None:
    if at.settings.trust_email and profile.email_verified and profile.email and email_address.is_plain(profile.email):
        return email_address.key(profile.email)
    return None


def _add(session: Session, at: Provider, profile: Profile, *, spread: int) -> User:
    user = users.add(session, users.free_username(session, profile.username, spread), None, None)
    user.email, user.name, user.avatar_url = profile.email, profile.name, profile.avatar_url
    user.verified_email = _proven(at, profile)
    user.verified_in_session = user.verified_email is not None
    return user


def _attach(session: Session, user: User, at: Provider, profile: Profile, now: datetime) -> None:
    session.add(
        Identity(
            user_id=user.id,
            provider=at.name,
            issuer=at.settings.issuer,
            subject=profile.subject,
            email=profile.email,
            created_at=now,
        )
    )
    session.flush()


def link(session: Session, arrival: Arrival, now: datetime) -> None:
    """Attach who came back from a provider to the account of the session that asked. Raises OAuthFailure.

    Where they are attached already, they have proved once more to be who they are.
    """
    asking = sessions.find(session, UserSession.id == arrival.session_id, now)
    if asking is None:
        raise OAuthFailure("oauth_expired", "the session that asked is over")
    for _ in range(2):  # another callback may attach the same, or another one of that provider, in between
        if (identity := _known(session, arrival.at, arrival.profile)) is not None:
            if identity.user_id != asking.user_id:
                raise OAuthFailure("identity_taken", f"that identity is user {identity.user_id}'s")
            if not arrival.fresh:
                raise OAuthFailure("confirmation_required", "signed in at the provider before being sent there")
            sessions.confirm(session, asking, now)
            return
        try:
            with session.begin_nested():
                _attach(session, asking.user, arrival.at, arrival.profile, now)
        except sa.exc.IntegrityError:
            continue
        _tell(session, asking.user_id, arrival.at)
        return
    raise OAuthFailure("provider_linked", "another account there is linked already")


def unlink(session: Session, user: User, provider: str) -> None:
    """Raises NotFound, or LastSignInMethod where nothing else would let the user in."""
    with sign_in_methods.removing(session, user.id):
        mine = session.scalars(sa.select(Identity).where(Identity.user_id == user.id))
        # Compared here, not in the query: in a path may stand what no database takes for a name.
        gone = next((each for each in mine if each.provider == provider), None)
        if gone is None:
            raise NotFound
        session.delete(gone)
        by, address = user.id, devices.address()
        audit_trail.note(session, user.id, "identity_unlinked", actor_id=by, address=address, provider=provider)


def _tell(session: Session, user_id: int, at: Provider, *, removed: bool = False, **details: str) -> None:
    """`removed`: whatever signed in before no longer does."""
    address = devices.address()
    audit_trail.note(
        session, user_id, "identity_linked", actor_id=user_id, address=address, provider=at.name, **details
    )
    mail.queue(session, "identity_linked", {"user": user_id, "name": at.label, "removed": removed})
