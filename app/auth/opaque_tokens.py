"""Opaque tokens: the client holds 256 random bits, the database has their hash."""

import base64
import hashlib
import hmac
import secrets


def generate() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """32 bytes. No salt and no stretching: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def successor(key: str, token: str) -> str:
    """The token that follows `token`. It is the same each time, so that a client that asks twice gets one token."""
    mac = hmac.digest(key.encode(), b"refresh-token:" + token.encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
