import msgspec

from app.api import Access, Api, Line
from app.db import db
from app.users import service as users
from app.users.models import User
from app.users.shapes import UserOut

routes = Api("account")


class ProfileChange(msgspec.Struct, frozen=True):
    name: Line | msgspec.UnsetType | None = msgspec.UNSET
    email: Line | msgspec.UnsetType | None = msgspec.UNSET


@routes.get("/api/profile", access=Access.SIGNED_IN)
def show_profile(user: User) -> UserOut:
    """Whoever is signed in."""
    return UserOut.of(user)


@routes.patch("/api/profile", access=Access.SIGNED_IN)
def change_profile(body: ProfileChange, user: User) -> UserOut:
    """Change the name or the email; what is left out stays."""
    given = {name for name in ("name", "email") if getattr(body, name) is not msgspec.UNSET}
    users.change(db.session(), user, name=body.name or None, email=body.email or None, given=given)
    return UserOut.of(user)
