"""Opaque tokens."""

from app.auth import opaque_tokens


def test_a_token_holds_256_random_bits():
    minted = {opaque_tokens.generate() for _ in range(100)}

    assert len(minted) == 100
    assert {len(token) for token in minted} == {43}


def test_a_digest_fits_its_column_and_tells_nothing_of_the_token():
    token = opaque_tokens.generate()

    assert len(opaque_tokens.digest(token)) == 32
    assert token.encode() not in opaque_tokens.digest(token)


def test_the_token_that_follows_is_the_same_each_time():
    assert opaque_tokens.successor("key", "token") == opaque_tokens.successor("key", "token")


def test_nobody_without_the_key_knows_what_follows():
    assert opaque_tokens.successor("key", "token") != opaque_tokens.successor("other key", "token")
    assert opaque_tokens.successor("key", "token") != opaque_tokens.successor("key", "other token")
    assert len(opaque_tokens.successor("key", "token")) == 43
