"""A new SECRET_KEY: authenticator apps that were set up under the old one outlive it."""

import logging

import pytest

from app import db
from app.auth import encryption
from app.auth.totp import key_rotation
from app.models import Totp
from app.runtime.config import settings
from tests.integration.accounts import assert_problem, make_ada
from tests.integration.auth.totp.phone import Phone
from tests.integration.conftest import browser
from tests.integration.factories import PASSWORD, make_user
from tests.settings import SECRET_KEY

NEW = "another-1d7a90e8b36c5f24-9e03cd-55"


@pytest.fixture
def phone(app, signed_in):
    """Ada's phone, set up under the key of the settings."""
    phone = Phone(signed_in(make_ada()))
    phone.confirm()
    return phone


def sign_in(app, code):
    return browser(app).post("/api/session", json={"username": "ada", "password": PASSWORD, "code": code})


def rotate(reconfigured):
    reconfigured(secret_key=NEW, secret_key_fallbacks=SECRET_KEY)


def drop_the_old_one(reconfigured):
    reconfigured(secret_key=NEW, secret_key_fallbacks="")


def nightly():
    key_rotation.renew_all(db.session(), settings())


def test_an_app_that_was_used_needs_the_old_key_no_more(app, phone, reconfigured):
    rotate(reconfigured)
    assert sign_in(app, phone.code()).status_code == 200
    drop_the_old_one(reconfigured)

    assert sign_in(app, phone.code(steps=1)).status_code == 200


def test_an_app_whose_setting_up_was_under_way_needs_the_old_key_no_more(app, signed_in, reconfigured):
    phone = Phone(signed_in(make_ada()))
    rotate(reconfigured)
    assert phone.confirm().status_code == 200
    drop_the_old_one(reconfigured)

    assert sign_in(app, phone.code()).status_code == 200


def test_a_wrong_code_is_no_use_of_the_app(app, phone, reconfigured):
    rotate(reconfigured)
    before = Totp.query.one().secret

    assert_problem(sign_in(app, phone.code(steps=-9)), 401, "invalid_code")

    assert Totp.query.one().secret == before


def test_a_night_later_nobodys_app_needs_the_old_key(app, phone, signed_in, reconfigured, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "app.auth.totp.key_rotation")
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    others = [Phone(signed_in(make_user(f"user-{number}"))) for number in range(4)]  # more than two batches
    rotate(reconfigured)
    nightly()
    drop_the_old_one(reconfigured)

    told = [each.getMessage() for each in caplog.records if each.name == key_rotation.__name__]
    assert told == ["5 authenticator apps came from a fallback to the current SECRET_KEY"]
    assert sign_in(app, phone.code()).status_code == 200
    assert {other.confirm().status_code for other in others} == {200}


def test_what_is_under_the_current_key_is_left_as_it_is(phone, reconfigured):
    rotate(reconfigured)
    nightly()
    before = Totp.query.one().secret

    nightly()

    assert Totp.query.one().secret == before


def test_without_a_fallback_nothing_is_looked_at(phone, caplog):
    caplog.set_level(logging.INFO, "app.auth.totp.key_rotation")

    nightly()

    assert not caplog.messages


def test_an_app_that_was_set_up_anew_meanwhile_keeps_its_own_key(app, phone, reconfigured):
    rotate(reconfigured)
    settings, row = app.extensions["settings"], Totp.query.one()
    before, row.secret = row.secret, encryption.encrypt(settings, b"the key of another phone")
    db.session.commit()

    assert not key_rotation.renew(db.session(), settings, row.user_id, before)

    assert encryption.decrypt(settings, Totp.query.one().secret) == b"the key of another phone"


def test_an_app_that_cannot_be_read_is_told_of_and_keeps_nobody_back(app, signed_in, reconfigured, caplog):
    caplog.set_level(logging.INFO, "app.auth.totp.key_rotation")
    first = make_user("first")
    db.session.add(Totp(user_id=first.id, secret="nonsense"))
    db.session.commit()
    phone = Phone(signed_in(make_ada()))
    phone.confirm()
    rotate(reconfigured)

    nightly()

    assert [record.levelname for record in caplog.records if record.name == "app.auth.totp.key_rotation"] == [
        "INFO",
        "ERROR",
    ]
    assert "1 authenticator apps came" in caplog.text
    drop_the_old_one(reconfigured)
    assert sign_in(app, phone.code()).status_code == 200
