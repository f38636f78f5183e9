"""What requests about users hold, and what they are answered."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from app.runtime.languages import Language
from app.users.models import Action, Role, User
from app.users.signed_in import SignedInUser
from app.web.api import STORABLE, Id, Line, Private
from app.web.paging import Paging

Password = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


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
    language: Language | None
    time_zone: str | None
    role: Role
    active: bool
    identities: list[IdentityOut]
    created_at: datetime

    @classmethod
    def of(cls, user: User | SignedInUser) -> "UserOut":
        identities = [IdentityOut(each.provider, each.email, each.created_at) for each in user.identities]
        return cls(
            user.id,
            user.username,
            user.email,
            user.email_verified,
            user.name,
            user.avatar_url,
            user.language,
            user.time_zone,
            user.role,
            user.active,
            identities,
            user.created_at,
        )


class NewUser(Private, frozen=True):
    username: Line
    email: Line | None = None
    name: Line | None = None
    password: Password | None = None
    role: Role = "customer"


class UserChange(msgspec.Struct, frozen=True):
    active: bool | msgspec.UnsetType = msgspec.UNSET
    role: Role | msgspec.UnsetType = msgspec.UNSET
    name: Line | msgspec.UnsetType | None = msgspec.UNSET
    email: Line | msgspec.UnsetType | None = msgspec.UNSET

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not msgspec.UNSET}


class UserSearch(Paging, frozen=True):
    """Words that username, name or email hold, in either case."""

    q: Annotated[str, msgspec.Meta(max_length=200, pattern=STORABLE)] = ""
    role: Role | None = None
    active: bool | None = None


class UserDeleted(msgspec.Struct, frozen=True):
    deleted: bool


class SignedOut(msgspec.Struct, frozen=True):
    signed_out: bool


class ActorOut(msgspec.Struct, frozen=True):
    id: Id
    username: str


class AuditTrailEntryOut(msgspec.Struct, frozen=True):
    """`actor` is null for a client that was not signed in, and for the command line. `details` depend on the action."""

    id: Id
    at: datetime
    action: Action
    actor: ActorOut | None
    address: str | None
    details: dict[str, str | int | bool | None]

    @classmethod
    def of(cls, entry: Any) -> "AuditTrailEntryOut":
        """From a row with the columns of an entry, and the username of its actor as `actor`."""
        actor = None if entry.actor_id is None else ActorOut(entry.actor_id, entry.actor)
        return cls(entry.id, entry.at, entry.action, actor, entry.address, entry.details)
