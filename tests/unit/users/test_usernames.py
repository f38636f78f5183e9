"""Which usernames there are, and which two are one."""

import pytest

from app.runtime.errors import Invalid
from app.users.models import User, key
from app.users.service import checked_email, is_username


@pytest.mark.parametrize("other", ["ADA", "Ada", "ａｄａ", "ＡＤＡ", "ada ", " ada", "ada\u3000"])
def test_spellings_that_look_alike_are_one(other):
    assert key(other) == key("ada")


def test_a_key_of_a_key_is_itself():
    for name in ("Ada", "ß", "ﬁ", "İ", "K", "ǅ", "ﷺ"):
        assert key(key(name)) == key(name)


def test_a_user_keeps_the_spelling_and_is_found_by_the_key():
    user = User(username="Ada")

    assert (user.username, user.username_key) == ("Ada", "ada")


@pytest.mark.parametrize(
    "name", ["a", "ada", "ada.l-1", "7up", "Łukasz", "日本", "प्रिया", "สมชาย", "தமிழ்", "José", "a" * 64]
)
def test_letters_of_any_script_digits_dots_and_dashes_make_a_username(name):
    assert is_username(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "-ada", ".ada", "_ada", "a b", "a@b", "a/b", "ada\n", "a\x00", "a" * 65),
        *("a\u202eb", "a\u200bb", "a\u00adb", "ada\ufe0f", "\u3164", "a\u115f", "\u0301a", "🙂"),
    ],
)
def test_anything_else_does_not(name):
    """Least of all what cannot be seen: two people would have one name."""
    assert not is_username(name)


@pytest.mark.parametrize("email", ["ada@example.com", "a+b@c.example", "Ada@ö.example", "o'neil.x@a--b.example"])
def test_an_address_is_kept_as_it_is_written(email):
    assert checked_email(email) == email
    assert checked_email(f" {email}\u3000") == email


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
