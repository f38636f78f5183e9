"""Encryption at rest of secrets that have to be read again. A copy of the database alone reveals none of them."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.runtime.config import Settings

INFO = b"kiosk:vault"
"""It stays as it is: under another one nothing that is stored can be decrypted."""


class Unreadable(Exception):
    """The secret was encrypted under a key that is no longer in the settings."""


def encrypt(settings: Settings, plain: bytes) -> str:
    return _cipher(settings).encrypt(plain).decode()


def decrypt(settings: Settings, encrypted: str) -> bytes:
    """Raises Unreadable."""
    try:
        return _cipher(settings).decrypt(encrypted)
    except InvalidToken as error:
        raise Unreadable from error


def renewed(settings: Settings, encrypted: str) -> str | None:
    """The same secret encrypted under the current key; None where it is already. Raises Unreadable."""
    try:
        Fernet(_key(settings.secret_key)).decrypt(encrypted)
    except InvalidToken:
        return encrypt(settings, decrypt(settings, encrypted))
    return None


def _cipher(settings: Settings) -> MultiFernet:
    return MultiFernet([Fernet(_key(each)) for each in settings.secret_keys])


def _key(secret: str) -> bytes:
    """A key for this use alone (RFC 5869). It reveals neither `secret` nor other keys that are derived from that."""
    derived = HKDF(SHA256(), length=32, salt=None, info=INFO).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
