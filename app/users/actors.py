"""The actor of the current request. Routes hand it to services, which do not look at the request."""

from app.users.audit_trail import Actor
from app.users.models import User
from app.users.signed_in import SignedInUser
from app.web.client_address import client_address


def of_request(user: SignedInUser | User | None) -> Actor:
    """`user` is None where the client is not signed in, or acts by a link or a provider's word alone."""
    return Actor(user.id if user else None, client_address() or None)
