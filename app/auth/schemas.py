"""What requests about signing in hold, and what they are answered."""

from datetime import datetime
from typing import Literal

import msgspec

from app.users.schemas import Password
from app.web.api import Line, Private


class Registration(Private, frozen=True):
    username: Line
    email: Line
    password: Password


class Credentials(Private, frozen=True):
    """`code` is of the user's authenticator app, or a recovery code, where the account asks for one."""

    username: Line
    password: Password
    code: Line | msgspec.UnsetType | None = msgspec.UNSET


class RefreshRequest(Private, frozen=True):
    refresh_token: Line


class Done(msgspec.Struct, frozen=True):
    done: bool


class ConfirmationMethod(msgspec.Struct, frozen=True):
    """`provider` is the name of the provider for that kind: the sign-in begins at `/oauth/login/{provider}`."""

    kind: Literal[
        "password",
        "provider",
        "passkey",  # feature: passkeys
    ]
    provider: str | None = None


class Confirmation(msgspec.Struct, frozen=True):
    """Until when sensitive changes are allowed, and how the user can confirm again who they are."""

    until: datetime | None
    methods: list[ConfirmationMethod]
