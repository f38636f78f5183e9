from datetime import datetime

import msgspec

from app.users.models import User


class IdentityOut(msgspec.Struct, frozen=True):
    provider: str
    email: str | None
    created_at: datetime


class UserOut(msgspec.Struct, frozen=True):
    id: int
    username: str
    email: str | None
    email_verified: bool
    name: str | None
    avatar_url: str | None
    role: str
    active: bool
    identities: list[IdentityOut]
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserOut":
        identities = [IdentityOut(each.provider, each.email, each.created_at) for each in user.identities]
        return cls(
            user.id,
            user.username,
            user.email,
            user.email_verified,
            user.name,
            user.avatar_url,
            user.role,
            user.active,
            identities,
            user.created_at,
        )
