"""Users' accounts at providers: a sign-in finds or makes the user of one; a user links and unlinks them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.auth import second_factor, sessions, sign_in_methods
from app.auth.models import UserSession
from app.auth.oauth.errors import OAuthFailure
from app.auth.oauth.flow import CallbackResult
from app.auth.oauth.provider_profile import Profile
from app.auth.oauth.providers import Provider, providers
from app.auth.sign_in_methods import ConfirmationMethod, SignInMethod
from app.runtime import email_address, languages
from app.runtime.errors import NotFound
from app.runtime.languages import Sentence
from app.users import service as users
from app.users.audit_trail import Actor
from app.users.models import Identity, User


def signed_in(session: Session, result: CallbackResult, actor: Actor, now: datetime) -> User:
    """The user with this identity; a new one where there is none. Raises OAuthFailure."""
    profile, provider = result.profile, result.provider
    for attempt in range(5):  # meanwhile another sign-in may take the username, or be of the same person
        if (identity := _known(session, provider, profile)) is not None:
            identity.email = profile.email
            user = identity.user
            if not user.active:
                raise OAuthFailure("account_inactive", f"user {user.id} is not active")
            user.name = user.name or profile.name
            user.avatar_url = user.avatar_url or profile.avatar_url
            return user
        try:
            with session.begin_nested():
                owner = _vouched_for(session, provider, profile)
                if owner is not None:
                    _hand_over(session, owner, provider, actor)
                # Many first sign-ins may want one username at once. Each retry chooses among more numbers.
                user = owner or _add(session, provider, profile, spread=100**attempt)
                _attach(session, user, provider, profile, now)
        except (sa.exc.IntegrityError, users.UsernameTaken):
            continue
    raise OAuthFailure("oauth_failed", "the account cannot be made")


def _known(session: Session, provider: Provider, profile: Profile) -> Identity | None:
    is_this = (Identity.issuer == provider.settings.issuer) & (Identity.subject == profile.subject)
    return session.scalar(sa.select(Identity).where(is_this))


def _vouched_for(session: Session, provider: Provider, profile: Profile) -> User | None:
    """The user with this email, which is verified here and by a provider that is trusted for that.

    Raises OAuthFailure where the user has a second factor, which this sign-in would bypass, or another identity at that
    provider: the person with the email now may not be the person who had it then.
    """
    if (email := _proven_email(provider, profile)) is None:
        return None
    user = session.scalar(sa.select(User).where(User.verified_email == email))
    if user is None:
        return None
    if not user.active:
        raise OAuthFailure("account_inactive", f"user {user.id} is not active")
    has_identity = sa.exists().where(Identity.user_id == user.id, Identity.provider == provider.name)
    if session.scalar(sa.select(second_factor.condition(user.id) | has_identity)):
        raise OAuthFailure("sign_in_first", f"user {user.id} has this email")
    return user


def _hand_over(session: Session, user: User, provider: Provider, actor: Actor) -> None:
    """The account belongs from now on to the person whom the provider vouches for.

    Where the email was not verified in a session of the account, another person may have registered with it before its
    owner came. All that signed in to the account until now is removed then.
    """
    is_new_owner = not user.verified_in_session
    if is_new_owner:
        sign_in_methods.remove_all(session, user.id)
        session.expire(user, ["identities", "password_hash"])
        user.verified_in_session = True
        actor.note(session, user.id, "sign_in_methods_removed")
    _announce(session, user.id, provider, actor, removed=is_new_owner, by="verified email")


def _proven_email(provider: Provider, profile: Profile) -> str | None:
    email = profile.email
    if provider.settings.trust_email and profile.email_verified and email and email_address.is_plain(email):
        return email_address.key(email)
    return None


def _add(session: Session, provider: Provider, profile: Profile, *, spread: int) -> User:
    user = users.add(session, users.free_username(session, profile.username, spread), None, None, languages.wanted())
    user.email, user.name, user.avatar_url = profile.email, profile.name, profile.avatar_url
    user.verified_email = _proven_email(provider, profile)
    user.verified_in_session = user.verified_email is not None
    return user


def _attach(session: Session, user: User, provider: Provider, profile: Profile, now: datetime) -> None:
    session.add(
        Identity(
            user_id=user.id,
            provider=provider.name,
            issuer=provider.settings.issuer,
            subject=profile.subject,
            email=profile.email,
            created_at=now,
        )
    )
    session.flush()


def link(session: Session, result: CallbackResult, actor: Actor, now: datetime) -> None:
    """Link the identity to the account of the session that asked. Raises OAuthFailure.

    Where it is linked to that account already, its user has proved again who they are.
    """
    asking = sessions.find(session, UserSession.id == result.session_id, now)
    if asking is None:
        raise OAuthFailure("oauth_expired", "the session that asked is over")
    for _ in range(2):  # meanwhile another callback may link this identity, or another one of the provider
        if (identity := _known(session, result.provider, result.profile)) is not None:
            if identity.user_id != asking.user_id:
                raise OAuthFailure("identity_taken", f"that identity is user {identity.user_id}'s")
            if not result.is_fresh:
                raise OAuthFailure("confirmation_required", "signed in at the provider before being sent there")
            sessions.confirm(session, asking, now)
            return
        try:
            with session.begin_nested():
                _attach(session, asking.user, result.provider, result.profile, now)
        except sa.exc.IntegrityError:
            continue
        _announce(session, asking.user_id, result.provider, actor)
        return
    raise OAuthFailure("provider_linked", "another account there is linked already")


def unlink(session: Session, user: User, provider: str, actor: Actor) -> None:
    """Raises NotFound, or LastSignInMethod where nothing else would sign the user in."""
    with sign_in_methods.removing(session, user.id):
        own = session.scalars(sa.select(Identity).where(Identity.user_id == user.id))
        # Compared here, not in the query: a path may hold characters that the database refuses.
        identity = next((each for each in own if each.provider == provider), None)
        if identity is None:
            raise NotFound
        session.delete(identity)
        actor.note(session, user.id, "identity_unlinked", provider=provider)
    session.refresh(user, ["identities"])


def _announce(
    session: Session, user_id: int, provider: Provider, actor: Actor, *, removed: bool = False, **details: str
) -> None:
    """`removed`: all that signed in to the account before was removed."""
    by_user = Actor(user_id, actor.address)
    by_user.note(session, user_id, "identity_linked", provider=provider.name, **details)
    mail.queue(session, "identity_linked", {"user": user_id, "name": provider.label, "removed": removed})


def _is_set_up(user_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(Identity.user_id == user_id)


def _can_sign_in(user_id: int) -> sa.ColumnElement[bool]:
    """Not at a provider that the settings no longer name."""
    issuers = [each.settings.issuer for each in providers().values()]
    return sa.exists().where(Identity.user_id == user_id, Identity.issuer.in_(issuers))


def _configured(user: User) -> list[Identity]:
    return [each for each in user.identities if each.provider in providers()]


def _remove_all(session: Session, user_id: int) -> None:
    session.execute(sa.delete(Identity).where(Identity.user_id == user_id))


METHOD = SignInMethod(
    is_set_up=_is_set_up,
    can_sign_in=_can_sign_in,
    listed=lambda _, user: [
        Sentence("account at {provider}, linked {day}", provider=each.provider, day=f"{each.created_at:%Y-%m-%d}")
        for each in _configured(user)
    ],
    confirms=lambda _, user: [ConfirmationMethod("provider", each.provider) for each in _configured(user)],
    remove_all=_remove_all,
)
