"""Encryption at rest, for secrets that have to be read again: whoever steals the database alone reads none of them."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.runtime.config import Settings


class Unreadable(Exception):
    """It was sealed under a key that is no longer in the settings."""


def seal(settings: Settings, plain: bytes) -> str:
    return _cipher(settings).encrypt(plain).decode()


def unseal(settings: Settings, sealed: str) -> bytes:
    """Raises Unreadable."""
    try:
        return _cipher(settings).decrypt(sealed)
    except InvalidToken as error:
        raise Unreadable from error


def renewed(settings: Settings, sealed: str) -> str | None:
    """The same under the current key; None where it is already. Raises Unreadable."""
    try:
        Fernet(_key(settings.secret_key)).decrypt(sealed)
    except InvalidToken:
        return seal(settings, unseal(settings, sealed))
    return None


def _cipher(settings: Settings) -> MultiFernet:
    return MultiFernet([Fernet(_key(each)) for each in settings.secret_keys])


def _key(secret: str) -> bytes:
    """A key for this use alone (RFC 5869): knowing it gives away neither the secret nor what else comes of that."""
    derived = HKDF(SHA256(), length=32, salt=None, info=b"kiosk:vault").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
