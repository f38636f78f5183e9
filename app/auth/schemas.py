"""What requests about signing in hold, and what they are answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.auth.sign_in_methods import ConfirmationMethod
from app.runtime.config import settings
from app.runtime.errors import FieldError
from app.users import service as users
from app.users.schemas import Password, UserOut
from app.web.api import Line, Private


class Registration(Private, frozen=True):
    username: Line
    email: Line
    password: Password

    @staticmethod
    def against(given: dict[str, Any]) -> list[FieldError]:
        """What is wrong with the rest, where some of it has not even the right shape."""
        return users.faults(settings(), **given)


class Credentials(Private, frozen=True):
    """`code` is of the user's authenticator app, or a recovery code, where the account asks for one."""

    username: Line
    password: Password
    code: Line | msgspec.UnsetType | None = msgspec.UNSET


class PasswordRule(msgspec.Struct, frozen=True):
    """How many characters a password has: at least, at least where a second factor is asked for too, and at most.

    No common password is taken, and none that holds the username, the email or the shop's name.
    """

    min_length: int
    min_length_with_second_factor: int
    max_length: int


class RefreshRequest(Private, frozen=True):
    refresh_token: Line


class SessionUser(msgspec.Struct, frozen=True):
    """`user` is null where no user is signed in."""

    user: UserOut | None


class Done(msgspec.Struct, frozen=True):
    done: bool


class Confirmation(msgspec.Struct, frozen=True):
    """Until when sensitive changes are allowed, and how the user can confirm again who they are.

    By a sign-in at one of the `providers` too: it begins at `/oauth/login/{provider}`.
    """

    until: datetime | None
    password: bool
    passkey: bool  # feature: passkeys
    providers: list[str]

    @classmethod
    def of(cls, until: datetime | None, methods: Sequence[ConfirmationMethod]) -> "Confirmation":
        kinds = {each.kind for each in methods}
        return cls(
            until=until,
            password="password" in kinds,
            passkey="passkey" in kinds,  # feature: passkeys
            providers=[each.provider for each in methods if each.provider is not None],
        )
