"""The user who is signed in, as a request sees them: a copy of their row, and no entity."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from app.runtime import email_address
from app.runtime.db import table
from app.runtime.languages import Language
from app.users.models import Identity, Role, User


class SignedInIdentity(msgspec.Struct, frozen=True):
    provider: str
    email: str | None
    created_at: datetime


class SignedInUser(msgspec.Struct, frozen=True):
    """It is as the user was when the request came. A route that changes its own user takes a `User` instead."""

    id: int
    username: str
    email: str | None
    verified_email: str | None
    name: str | None
    avatar_url: str | None
    language: Language | None
    time_zone: str | None
    role: Role
    active: bool
    created_at: datetime
    identities: tuple[SignedInIdentity, ...]

    @property
    def email_verified(self) -> bool:
        return email_address.is_verified(self.email, self.verified_email)

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"


_user, _identity = table(User).c, table(Identity).c
USER = tuple(_user[name] for name in SignedInUser.__struct_fields__[:-1])
IDENTITY = tuple(_identity[name] for name in SignedInIdentity.__struct_fields__)
COLUMNS: tuple[sa.ColumnElement[Any], ...] = USER + IDENTITY
"""What a query selects last, in one row for each identity of the user, or in one without."""


def of(rows: Sequence[sa.Row[Any]]) -> SignedInUser:
    """From rows that end in COLUMNS."""
    identities = tuple(SignedInIdentity(*row[-len(IDENTITY) :]) for row in rows if row[-len(IDENTITY)] is not None)
    values = (*rows[0][-len(COLUMNS) : -len(IDENTITY)], identities)
    return SignedInUser(*values)
