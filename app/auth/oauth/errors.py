"""The one error of a sign-in at a provider."""

from typing import Literal

Code = Literal[
    "account_inactive",
    "confirmation_required",
    "identity_taken",
    "link_elsewhere",
    "oauth_denied",
    "oauth_expired",
    "oauth_failed",
    "oauth_unavailable",
    "provider_linked",
    "sign_in_first",
    "unknown_provider",
]


class OAuthFailure(Exception):
    """A sign-in at a provider failed. The page shows words for `code`; the message goes to the log."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
