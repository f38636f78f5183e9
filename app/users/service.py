"""Finds and changes accounts."""

import secrets
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import mail
from app.runtime import email_address, text
from app.runtime.config import Settings, settings
from app.runtime.errors import Conflict, FieldError, Invalid, NotFound
from app.runtime.languages import Language
from app.users import audit_trail, signals
from app.users.audit_trail import Actor
from app.users.models import IS_STAFF, Role, User, key
from app.users.policy import check_policy, shop_name

LONGEST_NAME = 64
PUNCTUATION = ".-_"

AT_ONCE = 20
"""How many names one query asks for. Where all are taken, others are chosen among ever more."""

KEY_LENGTH = 128
"""As the column holds: normalised, one character of a username may become as many as 18."""


class LastStaff(Conflict):
    error = "last_staff"
    detail = "This is the last member of staff. Make another user staff first."


class UsernameTaken(Conflict):
    error = "username_taken"
    detail = "Another user has this username already."


class NoSuchUser(NotFound):
    """A command names a user who is not there."""

    def __init__(self, username: str) -> None:
        super().__init__(f"there is no user {username!r}: staff see all usernames on the users page of the shop")


def find(session: Session, username: str) -> User | None:
    return session.scalar(sa.select(User).where(User.username_key == key(username)))


def sign_in_name(session: Session, typed: str) -> str:
    """The username of the account that `typed` names: by its username, or by its verified email.

    Where there is no such account it is what was typed, so that a sign-in goes on in the same way.
    """
    if "@" not in typed:  # which no username has
        return typed.strip(text.SPACES)
    address = email_address.key(typed)
    return session.scalar(sa.select(User.username).where(User.verified_email == address)) or address


def language_of(user: User | None) -> Language:
    """The language of mails to them: the one they have chosen, or else the shop's."""
    return (user and user.language) or settings().language


def reads_at(session: Session, address: str) -> User | None:
    """The active member of staff who reads mails at `address`, which is verified."""
    theirs = sa.select(User).where(User.verified_email == email_address.key(address))
    return session.scalar(theirs.where(sa.text(IS_STAFF), User.active))


def named(session: Session, username: str) -> User:
    """The user with this username. Raises NoSuchUser."""
    if any("\ud800" <= each <= "\udfff" for each in username):  # bytes of a command line that are no UTF-8
        raise NoSuchUser(username)
    if (user := find(session, username)) is None:
        raise NoSuchUser(username)
    return user


def add(
    session: Session,
    username: str,
    email: str | None,
    password_hash: str | None,
    language: Language | None = None,
) -> User:
    """A new account. Raises Invalid, or UsernameTaken, also where two clients register the name at once."""
    user = User(
        username=checked_username(username),
        email=checked_email(email),
        password_hash=password_hash,
        language=language,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except sa.exc.IntegrityError as error:
        raise UsernameTaken from error
    return user


def checked_username(username: str) -> str:
    """Without spaces around it. Raises Invalid."""
    username = username.strip(text.SPACES)
    if not is_username(username):
        raise Invalid.field("username", "Use letters, digits, dots, dashes and underscores, at most 64 of them.")
    return username


def is_username(name: str) -> bool:
    """Letters and digits of any script with their marks. After the first one also dots, dashes and underscores."""
    return (
        0 < len(name) <= LONGEST_NAME
        and len(key(name)) <= KEY_LENGTH
        and text.is_word(name[0])
        and not text.is_mark(name[0])
        and all(text.is_word(each) or each in PUNCTUATION for each in name)
    )


def checked_name(name: str | None) -> str | None:
    """Raises Invalid where it shows nothing, or would change the direction of the text around it."""
    if name is not None and not text.is_line(name):
        raise Invalid.field("name", text.UNSEEN)
    return name


def checked_email(email: str | None) -> str | None:
    """The address as it is stored, without spaces around it. Raises Invalid where no mail can be sent to it."""
    try:
        return None if email is None else email_address.checked(email)
    except email_address.NoMailbox as error:
        raise Invalid.field("email", "This is no email address that a mail can be sent to.") from error


def faults(
    settings: Settings,
    *,
    username: str | None = None,
    email: str | None = None,
    name: str | None = None,
    password: str | None = None,
) -> list[FieldError]:
    """What is wrong with these fields of a new account, with all of them at once. What is None is not looked at."""
    return [
        *(_faults(lambda: checked_username(username)) if username is not None else ()),
        *_faults(lambda: checked_email(email)),
        *_faults(lambda: checked_name(name)),
        *(
            _faults(lambda: check_policy(settings, password, username, email, shop_name()))
            if password is not None
            else ()
        ),
    ]


def _faults(check: Callable[[], object]) -> list[FieldError]:
    try:
        check()
    except Invalid as fault:
        return fault.errors
    return []


def check(settings: Settings, **fields: str | None) -> None:
    """Raises Invalid with all that is wrong with these fields of a new account."""
    if wrong := faults(settings, **fields):
        raise Invalid(errors=wrong)


def free_username(session: Session, wished: str, spread: int = 1) -> str:
    """`wished`, cut to what a username may be, with a number behind it where it is taken.

    Two sign-ins that ask at once get the same name. A larger `spread` makes that unlikely: the number is then chosen at
    random among that many.
    """
    stem = "".join(each for each in wished if text.is_word(each) or each in PUNCTUATION)
    while stem and (stem[0] in PUNCTUATION or text.is_mark(stem[0])):
        stem = stem[1:]
    stem = stem[:48]
    if not stem or len(key(stem)) > KEY_LENGTH // 2:
        stem = "user"
    while True:
        first = 1 + secrets.randbelow(spread)
        names = [stem if number == 1 else f"{stem}-{number}" for number in range(first, first + AT_ONCE)]
        query = sa.select(User.username_key).where(User.username_key.in_([key(each) for each in names]))
        taken = set(session.scalars(query))
        if free := [each for each in names if key(each) not in taken]:
            return free[0]
        spread *= 100


def change(session: Session, user: User, actor: Actor, *, name: str | None, email: str | None, given: set[str]) -> None:
    """Change the fields in `given`. A new email is not verified; a mail about it goes to the verified one before.

    Raises Invalid.
    """
    if "name" in given:
        user.name = checked_name(name)
    if "email" in given and (email := checked_email(email)) != user.email:
        before, was_verified = user.email, user.email_verified
        user.email, user.verified_email, user.verified_in_session = email, None, False
        session.flush()
        signals.address_given.send(user, session=session, actor=actor)
        if was_verified:  # another address may be a stranger's, who has nothing to do with this account
            mail.queue(session, "email_changed", {"email": before, **_as_mailed(user)})
    session.flush()


def lock(session: Session, user_id: int) -> User:
    """The user, locked until the transaction ends. Raises NotFound, for closed accounts too."""
    query = sa.select(User).where(User.id == user_id, User.closed_at.is_(None))
    user = session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))
    if user is None:
        raise NotFound
    return user


def keep_staff(session: Session, user_id: int) -> None:
    """Raises LastStaff where this user is the only active member of staff. Call it before anything else is locked.

    It locks all members of staff until the transaction ends: of two who leave at once the second is refused.
    """
    staff = sa.select(User.id).where(sa.text(IS_STAFF), User.active).order_by(User.id)
    # key_share leaves their keys free. A row that refers to a user takes a lock on the key, and two such transactions
    # could else wait for each other.
    if list(session.scalars(staff.with_for_update(key_share=True))) == [user_id]:
        raise LastStaff


def _as_mailed(user: User) -> dict[str, str | None]:
    """For a mail that is written when the account no longer has them."""
    return {"username": user.username, "language": user.language, "time_zone": user.time_zone}


def set_role(session: Session, user_id: int, role: Role, actor: Actor) -> User:
    """Raises LastStaff, NotFound."""
    if role != "staff":
        keep_staff(session, user_id)
    user = lock(session, user_id)
    if user.role != role:
        actor.note(session, user.id, "role_changed", before=user.role, after=role)
        user.role = role
        session.flush()
        signals.role_changed.send(user, session=session)
    return user


def set_active(session: Session, user_id: int, actor: Actor, *, active: bool) -> User:
    """A user who is not active is signed in nowhere, and cannot sign in. Raises LastStaff, NotFound."""
    if not active:
        keep_staff(session, user_id)
    user = lock(session, user_id)
    if user.active != active:
        actor.note(session, user.id, "activated" if active else "deactivated")
        user.active = active
        session.flush()  # first, so that a sign-in by password that is under way leaves no session behind
        # Also when a user becomes active again: a sign-in by provider or passkey may have left a session meanwhile.
        signals.locked_out.send(user, session=session)
    return user


def close(session: Session, user_id: int, actor: Actor, now: datetime) -> None:
    """Close the account. The row stays, since orders refer to it, without anything that identifies the person.

    Raises LastStaff, NotFound.
    """
    keep_staff(session, user_id)
    user = lock(session, user_id)
    actor.note(session, user.id, "account_closed")
    mail.recall(session, user.id, now)
    if user.email_verified:
        mail.queue(session, "account_closed", {"email": user.email, **_as_mailed(user)})
    user.active, user.role, user.closed_at = False, "customer", now
    session.flush()  # as above
    signals.leaving.send(user, session=session)
    session.expire(user, ["identities", "password_hash"])
    user.username = f"closed:{user.id}"  # which no client can register
    user.email = user.verified_email = user.name = user.avatar_url = user.password_hash = None
    user.language = user.time_zone = None
    user.verified_in_session = False
    audit_trail.forget(session, user.id)
