"""What requests about sign-in at providers hold, and what they are answered."""

import msgspec


class LoginQuery(msgspec.Struct, frozen=True):
    """`next` is the page to come back to."""

    next: str | None = None


class ProviderOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`url` begins a sign-in there; `?next=` names the page to come back to.

    `available` is there only where it is false: the provider was out of order when it was last needed.
    """

    name: str
    label: str
    url: str
    available: bool = True
