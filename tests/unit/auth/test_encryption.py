"""Secrets that have to be read again are kept encrypted."""

from base64 import urlsafe_b64decode

import msgspec
import pytest

from app.auth import encryption
from app.runtime.config import Settings

NOW = Settings("current-8c1f5b0e4a7d92d63f-7b1e", "tokens-3d90b7e65f2a81c4e7-000000", "http://localhost")
OTHER = msgspec.structs.replace(NOW, secret_key="another-1d7a90e8b36c5f24-9e03cd")


def test_what_was_sealed_is_read_again_and_shows_nothing_of_itself():
    sealed = encryption.encrypt(NOW, b"the key of the app")

    assert encryption.decrypt(NOW, sealed) == b"the key of the app"
    assert b"the key" not in urlsafe_b64decode(sealed)
    assert encryption.encrypt(NOW, b"the key of the app") != sealed


def test_under_another_key_it_cannot_be_read():
    with pytest.raises(encryption.Unreadable):
        encryption.decrypt(OTHER, encryption.encrypt(NOW, b"the key of the app"))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-2] + "AA",
        lambda text: "",
        lambda text: text[:40] + ("y" if text[40] == "x" else "x") + text[41:],
    ],
)
def test_what_was_changed_cannot_be_read(change):
    with pytest.raises(encryption.Unreadable):
        encryption.decrypt(NOW, change(encryption.encrypt(NOW, b"the key of the app")))


def test_what_was_sealed_under_an_older_key_is_read_while_that_key_is_a_fallback():
    rotated = msgspec.structs.replace(OTHER, secret_key_fallbacks=NOW.secret_key)

    assert encryption.decrypt(rotated, encryption.encrypt(NOW, b"the key of the app")) == b"the key of the app"
    assert encryption.decrypt(OTHER, encryption.encrypt(rotated, b"the key of the app")) == b"the key of the app"


def test_what_is_renewed_needs_no_fallback_any_more():
    rotated = msgspec.structs.replace(OTHER, secret_key_fallbacks=NOW.secret_key)

    fresh = encryption.renewed(rotated, encryption.encrypt(NOW, b"the key of the app"))

    assert encryption.decrypt(OTHER, fresh) == b"the key of the app"
    assert encryption.renewed(rotated, fresh) is None


def test_what_cannot_be_read_is_not_renewed():
    with pytest.raises(encryption.Unreadable):
        encryption.renewed(OTHER, encryption.encrypt(NOW, b"the key of the app"))
