"""What requests about one's own account hold, and what they are answered."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from app.auth import devices
from app.auth.passkeys.schemas import PasskeyOut  # feature: passkeys
from app.auth.sessions import SignedIn
from app.runtime.languages import Language
from app.users.schemas import Password
from app.web.api import Line, Private


class ProfileChange(msgspec.Struct, frozen=True):
    name: Line | msgspec.UnsetType | None = msgspec.UNSET
    email: Line | msgspec.UnsetType | None = msgspec.UNSET
    language: Language | msgspec.UnsetType | None = msgspec.UNSET
    time_zone: Line | msgspec.UnsetType | None = msgspec.UNSET

    def given(self) -> set[str]:
        return {name for name in self.__struct_fields__ if getattr(self, name) is not msgspec.UNSET}


class PasswordChange(Private, frozen=True):
    """`current_password` may be left out where the account has no password yet."""

    new_password: Password
    current_password: Password | None = None


class PasswordConfirmation(Private, frozen=True):
    """`code` as at sign-in, where the account asks for one."""

    password: Password
    code: Line | None = None


class FactorsOut(msgspec.Struct, frozen=True):
    """What the account has beside its password."""

    has_password: bool
    # feature: totp {
    totp: bool
    """Whether an authenticator app is set up. It guards the password alone."""
    recovery_codes_left: int
    # }
    # feature: passkeys {
    passkeys: list[PasskeyOut]
    passkeys_possible: bool
    """False where the shop's address is a number: browsers make no passkeys for it."""
    # }


class SessionOut(msgspec.Struct, frozen=True):
    """`used_at` is right to the hour. `current` is the session of this request."""

    id: str
    kind: Literal["browser", "api"]
    device: str
    address: str | None
    created_at: datetime
    used_at: datetime
    current: bool

    @classmethod
    def of(cls, row: Any, own: SignedIn, language: Language) -> "SessionOut":
        kind: Literal["browser", "api"] = "api" if row.token_hash is None else "browser"
        device = devices.told(row.device, language)
        return cls(row.public_id, kind, device, row.address, row.created_at, row.used_at, row.id == own.id)


class SessionsEnded(msgspec.Struct, frozen=True):
    ended: int
