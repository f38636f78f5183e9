"""What requests about email addresses and forgotten passwords hold."""

from app.users.schemas import Password
from app.web.api import Line, Private


class ForgottenPassword(Private, frozen=True):
    email: Line


class EmailVerification(Private, frozen=True):
    """`token` is of the link that was mailed to the address."""

    token: Line


class PasswordReset(Private, frozen=True):
    """`token` is of a one-time link."""

    token: Line
    password: Password
