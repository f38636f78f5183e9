"""What requests about the authenticator app hold, and what they are answered."""

import msgspec

from app.users.schemas import Password
from app.web.api import Line, Private


class AuthenticatorAppSetup(Private, frozen=True):
    """`qr` is an SVG that shows `uri`. `secret` is for typing it in."""

    secret: str
    uri: str
    qr: str


class AuthenticatorCode(Private, frozen=True):
    code: Line


class AuthenticatorAppRemoval(Private, frozen=True):
    """`password` is the account's, where it has one."""

    password: Password | msgspec.UnsetType | None = msgspec.UNSET


class RecoveryCodes(Private, frozen=True):
    """They are shown only in this answer. Each works once."""

    recovery_codes: list[str]
