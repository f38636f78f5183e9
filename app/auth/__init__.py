"""Sign-in: passwords, sessions, tokens, OAuth, passkeys, authenticator apps. A test may replace `fetch_profile`."""

from app.auth.oauth.provider_profile import fetch_profile

__all__ = ["fetch_profile"]
