"""Opaque tokens: 256 random bits for whoever holds them, a hash for the database."""

import base64
import hashlib
import hmac
import secrets


def mint() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """32 bytes. No salt and no stretching: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def successor(key: str, token: str) -> str:
    """The token that follows `token`, the same each time: whoever asks twice gets no second one."""
    mac = hmac.digest(key.encode(), b"refresh-token:" + token.encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
