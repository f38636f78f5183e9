"""Opaque tokens."""

from app.auth import secrets


def test_a_token_holds_256_random_bits():
    minted = {secrets.mint() for _ in range(100)}

    assert len(minted) == 100
    assert {len(token) for token in minted} == {43}


def test_a_digest_fits_its_column_and_tells_nothing_of_the_token():
    token = secrets.mint()

    assert len(secrets.digest(token)) == 32
    assert token.encode() not in secrets.digest(token)


def test_the_token_that_follows_is_the_same_each_time():
    assert secrets.successor("key", "token") == secrets.successor("key", "token")


def test_nobody_without_the_key_knows_what_follows():
    assert secrets.successor("key", "token") != secrets.successor("other key", "token")
    assert secrets.successor("key", "token") != secrets.successor("key", "other token")
    assert len(secrets.successor("key", "token")) == 43
