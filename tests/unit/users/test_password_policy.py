"""Which passwords are good enough."""

import pytest
from flask import Config

from app import load_settings
from app.runtime.errors import Invalid
from app.users import passwords
from app.users.policy import check_policy, common
from tests.settings import settings


def why_not(password, *names, **more):
    """What is said against `password`; empty where it will do."""
    given = settings("sqlite://", public_url="https://tea.example", **more.pop("settings", {}))
    try:
        check_policy(load_settings(Config(""), given), password, *names, **more)
    except Invalid as error:
        return f"{error.errors[0].field}: {error.errors[0].message}"
    return ""


@pytest.mark.parametrize(
    "password", ["lantern-tide-77-orchard", "пароль-из-букв-и-🔑", "p" * 256, " " * 15, "a,b;c'd\"e\\f\tg\0h"]
)
def test_any_text_of_fifteen_characters_will_do(password):
    assert why_not(password) == ""


@pytest.mark.parametrize(("length", "good"), [(14, False), (15, True), (256, True), (257, False)])
def test_a_password_has_fifteen_to_256_characters(length, good):
    assert (why_not("é" * length) == "") is good


def test_beside_a_second_factor_eight_characters_will_do():
    assert why_not("x7-moors", has_second_factor=True) == ""
    assert why_not("x7-moor", has_second_factor=True).startswith("password: Use at least 8 characters")
    assert why_not("x7-moors").startswith("password: Use at least 15 characters")


def test_the_shop_may_ask_for_more():
    assert why_not("lantern-tide-77", settings={"PASSWORD_MIN_LENGTH": 20}).startswith("password: Use at least 20")


def test_characters_are_counted_as_one_reads_them():
    assert why_not("e\u0301" * 14).startswith("password: Use at least 15")


@pytest.mark.parametrize(
    "password",
    [
        "123456789123456789",
        "qwerty123456789",
        "QWERTY123456789",
        "1qaz2wsx3edc4rfv",
        "passwordpassword",
        "PasswordPasswordPassword",
        "qwertyqwertyqwerty",
        "iloveyouiloveyou",
        "12345678901234567890",
    ],
)
def test_a_common_password_is_refused_in_whatever_case_and_however_often_it_is_said(password):
    assert "not so common" in why_not(password)


@pytest.mark.parametrize("password", ["password1", "iloveyou", "Football1", "qwertyuiop", "trustno1"])
def test_a_common_password_is_refused_beside_a_second_factor_too(password):
    assert "not so common" in why_not(password, has_second_factor=True)


def test_three_thousand_are_refused_of_every_length_that_may_be_asked_for():
    for least in (1, 8, 15):
        assert len([each for each in common() if len(each) >= least]) >= 3000


@pytest.mark.parametrize("name", ["lovelace", "Lovelace", "lovelace@b.example", "ＬＯＶＥＬＡＣＥ"])
@pytest.mark.parametrize("password", ["call-me-lovelace-77", "CALL-ME-LOVELACE-77", "call-me-ｌｏｖｅｌａｃｅ"])
def test_a_password_does_not_hold_a_name(name, password):
    assert "hold your name" in why_not(password, None, "", name)


@pytest.mark.parametrize("password", ["the Kiosk around the corner", "kiosk-kiosk-kiosk", "visit-tea.example-now"])
def test_a_password_does_not_hold_the_shops_name(password):
    assert "or the shop's" in why_not(password)


@pytest.mark.parametrize("name", ["", None, "or", "in@b.example"])
def test_a_name_that_is_in_every_other_word_is_no_hindrance(name):
    assert why_not("lantern-tide-77-orchard-in-between", name) == ""


def test_the_field_is_the_callers():
    assert why_not("short", field="new_password").startswith("new_password: ")


def test_the_same_text_is_the_same_password_on_every_keyboard():
    assert passwords.matches(passwords.hashed("ma\u00f1ana"), "man\u0303ana")
    assert not passwords.matches(passwords.hashed("ma\u00f1ana"), "manana")


def test_what_stands_in_for_no_password_costs_as_much_as_one():
    assert not passwords.outdated(passwords.STAND_IN)
    assert not passwords.matches(None, "")


def test_whoever_finds_too_many_waiting_is_told_so_at_once():
    taken = 0
    while passwords.ADMITTED.acquire(blocking=False):
        taken += 1
    try:
        with pytest.raises(passwords.Busy) as caught:
            passwords.hashed("lantern-tide-77-orchard")
    finally:
        for _ in range(taken):
            passwords.ADMITTED.release()

    assert caught.value.headers["Retry-After"]
    assert passwords.hashed("lantern-tide-77-orchard")
