"""Which usernames there are, and which two are one."""

import pytest

from app.config import MAILBOX
from app.errors import Invalid
from app.users.models import User, key
from app.users.service import USERNAME, checked_email


@pytest.mark.parametrize("other", ["ADA", "Ada", "ａｄａ", "ＡＤＡ"])
def test_spellings_that_look_alike_are_one(other):
    assert key(other) == key("ada")


def test_a_key_of_a_key_is_itself():
    for name in ("Ada", "ß", "ﬁ", "İ", "K", "ǅ", "ﷺ"):
        assert key(key(name)) == key(name)


def test_a_user_keeps_the_spelling_and_is_found_by_the_key():
    user = User(username="Ada")

    assert (user.username, user.username_key) == ("Ada", "ada")


@pytest.mark.parametrize("name", ["a", "ada", "ada.l-1", "7up", "Łukasz", "日本", "a" * 64])
def test_letters_digits_dots_and_dashes_make_a_username(name):
    assert USERNAME.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["", "-ada", ".ada", "_ada", "a b", "a@b", "a/b", "ada\n", "a\x00", "a" * 65, "a\u202eb"]
)
def test_anything_else_does_not(name):
    assert not USERNAME.fullmatch(name)


@pytest.mark.parametrize("email", ["ada@example.com", "a+b@c", "ü@ö.example"])
def test_an_address_has_one_at_in_its_middle(email):
    assert MAILBOX.fullmatch(email)
    assert checked_email(email) == email


NOT_BARE = ["Ada <ada@b>", "ada@b,eve@b", "ada@b;eve@b", '"a"@b', "ada@[::1]", "ada(eve)@b", "g:ada@b", "a\\@b"]


@pytest.mark.parametrize("email", ["", "ada", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a" * 65 + "@b", *NOT_BARE])
def test_what_is_no_address_is_refused_under_its_name(email):
    with pytest.raises(Invalid) as caught:
        checked_email(email)

    assert [each.field for each in caught.value.errors] == ["email"]


def test_an_email_is_verified_while_it_is_the_one_that_was():
    user = User(username="ada", email="Ada@Example.com", verified_email="ada@example.com")

    assert user.email_verified
    user.email = "other@example.com"
    assert not user.email_verified
    user.email = None
    assert not user.email_verified
