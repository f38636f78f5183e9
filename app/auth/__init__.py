"""Sign-in: passwords, sessions, tokens, OAuth. `fetch_profile` may be replaced here by a test."""

from app.auth.oauth.profile import fetch_profile

__all__ = ["fetch_profile"]
