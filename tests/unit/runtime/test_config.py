"""What Kiosk refuses to start with, and how it says so."""

import pytest
from flask import Config

from app import load_settings
from app.runtime.child_environment import environment
from app.runtime.config import ConfigError, OAuthProvider
from app.runtime.urls import is_loopback
from tests.settings import CLIENT_SECRET, JWT_SECRET_KEY, SECRET_KEY, settings
from tests.unit.loading import SHOP, loaded, refused


def provider(**changes):
    return {"OAUTH": {"acme": settings("sqlite://")["OAUTH"]["acme"] | changes}}


def test_good_settings_are_taken_as_they_are():
    found = loaded(public_url=SHOP, MAILS_AN_HOUR="45", LOG_FILE="a.log")

    assert (found.public_url, found.mails_an_hour, found.log_file) == (SHOP, 45, "a.log")
    assert found.oauth["acme"].client_secret == CLIENT_SECRET


def test_the_environment_is_read_and_the_given_mapping_goes_above_it(monkeypatch):
    monkeypatch.setenv("KIOSK_MAILS_AN_HOUR", "20")
    monkeypatch.setenv("KIOSK_LOG_FILE", "a.log")

    found = loaded(LOG_FILE="b.log")

    assert (found.mails_an_hour, found.log_file) == (20, "b.log")


def test_a_value_of_digits_stays_text(monkeypatch):
    for name, value in (("ISSUER", "https://id.example"), ("CLIENT_ID", "7000"), ("CLIENT_SECRET", "0123")):
        monkeypatch.setenv(f"KIOSK_OAUTH__acme__{name}", value)
    given = settings("sqlite://")
    del given["OAUTH"]

    found = load_settings(Config(""), given)

    assert (found.oauth["acme"].client_id, found.oauth["acme"].client_secret) == ("7000", "0123")


def test_database_url_is_read_too(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/kiosk")
    given = settings("sqlite://")
    del given["SQLALCHEMY_DATABASE_URI"]

    assert load_settings(Config(""), given).sqlalchemy_database_uri == "postgresql://db.example/kiosk"


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY", "PUBLIC_URL"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_must_be_set_is_named_with_the_mend(name, value):
    said = refused(**{name: value}) if name != "PUBLIC_URL" else refused(public_url=value)

    assert said.startswith(f"KIOSK_{name} is not set: give it ")


def test_all_that_is_missing_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        load_settings(Config(""), {})

    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("name", ["SECRET_KEY", "JWT_SECRET_KEY"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("k7Qz0vN4", "is shorter than 32 bytes: give it 32 random bytes"),
        ("changeme-changeme-changeme-changeme", "is a placeholder: give it 32 random bytes"),
        ("Your-Secret-Here-0123456789-abcdefghij", "is a placeholder: give it 32 random bytes"),
        ("dev-dev-dev-0123456789-abcdefghijklmn", "is a placeholder: give it 32 random bytes"),
        ("a" * 40, "is a placeholder: give it 32 random bytes"),
    ],
)
def test_a_weak_secret_is_refused_with_the_mend(name, value, said):
    problem = refused(**{name: value})

    assert problem.startswith(f"KIOSK_{name} {said}")
    assert value not in problem


def test_secrets_are_measured_in_bytes():
    assert loaded(SECRET_KEY="äöüß-ÄÖÜ-éèê-012345678")


def test_one_key_for_two_uses_is_refused():
    said = refused(JWT_SECRET_KEY=SECRET_KEY)

    assert said == "KIOSK_JWT_SECRET_KEY is a key that KIOSK_SECRET_KEY has already: give each its own"


OLD = "was-the-key-until-last-week-7c1e90b2"


@pytest.mark.parametrize("name", ["SECRET_KEY_FALLBACKS", "JWT_SECRET_KEY_FALLBACKS"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("k7Qz0vN4", "is shorter than 32 bytes"),
        (f"{OLD},k7Qz0vN4", "is shorter than 32 bytes"),
        ("changeme-changeme-changeme-changeme", "is a placeholder"),
        (SECRET_KEY, "is a key that KIOSK_SECRET_KEY has already"),
        (JWT_SECRET_KEY, "is a key that KIOSK_JWT_SECRET_KEY has already"),
        (f"{OLD},{OLD}", "is a key that KIOSK_"),
    ],
)
def test_an_old_key_has_to_be_as_good_as_a_new_one_and_nobody_elses(name, value, said):
    assert refused(**{name: value}).startswith(f"KIOSK_{name} {said}")


def test_the_current_key_comes_first_and_old_ones_after_it():
    found = loaded(SECRET_KEY_FALLBACKS=f" {OLD} , {OLD}-2,", JWT_SECRET_KEY_FALLBACKS=f"{OLD}-3")

    assert found.secret_keys == (SECRET_KEY, OLD, f"{OLD}-2")
    assert found.jwt_secret_keys == (JWT_SECRET_KEY, f"{OLD}-3")


@pytest.mark.parametrize("value", ["proxy", "10.0.0.0/33", "10.0.0.7/8", "10.0.0.1 10.0.0.2", "*"])
def test_a_proxy_is_trusted_by_address_alone(value):
    assert refused(TRUSTED_PROXIES=value).startswith("KIOSK_TRUSTED_PROXIES holds ")


def test_proxies_are_addresses_and_networks():
    assert loaded(TRUSTED_PROXIES="10.0.0.7, 2001:db8::/32,").trusted_proxies


@pytest.mark.parametrize(
    "url",
    [
        "shop.example",
        "//shop.example",
        "https://",
        "https://shop.example/",
        "https://shop.example/shop",
        "https://shop.example?",
        "https://shop.example#top",
        "https://ada@shop.example",
        "https://Shop.example",
        "HTTPS://shop.example",
        "https://shop.example:443",
        "https://shop.example:",
        "https://shop.example:99999",
        "https://[shop.example",
        " https://shop.example",
        "ftp://shop.example",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_origin_is_no_public_url(url):
    assert refused(public_url=url).startswith("KIOSK_PUBLIC_URL is no origin: write it as browsers do")


@pytest.mark.parametrize("url", [SHOP, "https://shop.example:8443", "http://localhost:5000", "http://[::1]:5000"])
def test_an_origin_is_a_public_url(url):
    assert loaded(public_url=url).public_url == url


@pytest.mark.parametrize("env", ["development", "test", "staging"])
def test_plain_http_is_for_this_machine_alone(env):
    assert loaded(public_url="http://127.0.0.1:5000", ENV=env)
    assert "put the shop behind https" in refused(public_url="http://shop.example", ENV=env)


def test_production_wants_https_even_on_this_machine():
    assert "KIOSK_PUBLIC_URL is plain http in production" in refused(public_url="http://localhost", ENV="production")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9000", "https://localhost:9000", "http://[::1]:9000"])
def test_a_provider_on_this_machine_is_a_simulator_which_production_refuses_and_staging_takes(address):
    said = refused(public_url=SHOP, ENV="production", identity=address)

    assert said.startswith("KIOSK_OAUTH__acme__ISSUER is on this machine")
    assert "KIOSK_ENV=staging" in said
    assert loaded(public_url=SHOP, ENV="staging", identity=address)


@pytest.mark.parametrize("address", ["id.example", "https://", "https://[id", "file:///etc/passwd"])
def test_a_provider_has_an_address(address):
    assert refused(identity=address).startswith("KIOSK_OAUTH__acme__ISSUER is no address: write it like https://")


def test_a_provider_elsewhere_is_reached_by_https():
    assert refused(identity="http://id.example") == "KIOSK_OAUTH__acme__ISSUER is plain http: use https"


def test_the_default_provider_is_one_that_is_set():
    assert "set KIOSK_OAUTH__nobody__ISSUER too" in refused(OAUTH_DEFAULT="nobody")


@pytest.mark.parametrize("address", ["nonsense", "mysql://ada:pass@host/kiosk", "postgresql://host:port/kiosk"])
def test_what_is_no_database_is_refused_and_not_quoted(address):
    said = refused(SQLALCHEMY_DATABASE_URI=address)

    assert said.startswith("KIOSK_SQLALCHEMY_DATABASE_URI is no address of PostgreSQL or SQLite: write it like")
    assert address not in said


@pytest.mark.parametrize("address", ["redis", "localhost:6379", "http://redis:6379", "redis://"])
def test_what_is_no_redis_is_refused(address):
    assert refused(REDIS_URL=address).startswith("KIOSK_REDIS_URL is no address of Redis: write it like")


@pytest.mark.parametrize("address", ["redis://redis:6379/0", "rediss://:word@redis.example"])
def test_a_redis_is_taken(address):
    assert loaded(REDIS_URL=address).redis_url == address


# feature: shop {
def test_the_version_is_no_part_of_the_payment_providers_address():
    assert refused(payments="https://pay.example/v1").startswith("KIOSK_PAYMENTS__API_BASE ends in /v1")


# }
@pytest.mark.parametrize("env", ["staging", "production"])
def test_debug_is_for_development(env):
    assert f"debug is on in {env}: unset FLASK_DEBUG" in refused(public_url=SHOP, ENV=env, DEBUG=True)
    assert loaded(ENV="development", DEBUG=True)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"MAILS_AN_HOUR": "soon"}, "KIOSK_MAILS_AN_HOUR"),
        ({"MAILS_AN_HOUR": "0"}, "KIOSK_MAILS_AN_HOUR"),
        ({"PASSWORD_MIN_LENGTH": "4"}, "KIOSK_PASSWORD_MIN_LENGTH"),
        ({"CURRENCY": "euro"}, "KIOSK_CURRENCY"),  # feature: shop
        ({"ENV": "prod"}, "KIOSK_ENV"),
        ({"OAUTH": "acme"}, "KIOSK_OAUTH"),
        ({"PAYMENTS": {"API_BASE": 5}}, "KIOSK_PAYMENTS__API_BASE"),  # feature: shop
        (provider(KIND="saml"), "KIOSK_OAUTH__<name>__KIND"),
        ({"OAUTH": {"acme": {"ISSUER": "https://id.example"}}}, "KIOSK_OAUTH__<name>"),
    ],
)
def test_a_value_of_the_wrong_form_names_its_setting(changes, named):
    assert refused(**changes).startswith(f"{named} has the wrong form: ")


def test_no_repr_and_no_refusal_tells_a_secret():
    found = loaded()

    shown = repr(found) + repr(found.oauth) + refused(JWT_SECRET_KEY=SECRET_KEY)

    for secret in (SECRET_KEY, JWT_SECRET_KEY, CLIENT_SECRET):
        assert secret not in shown


def test_the_first_provider_is_the_default_one():
    assert loaded(OAUTH_DEFAULT="").default_provider == "acme"
    assert loaded(OAUTH={}, OAUTH_DEFAULT="").default_provider == ""
    assert OAuthProvider("https://id.example", "kiosk", "secret").kind == "oidc"


@pytest.mark.parametrize("url", ["http://127.8.9.1", "https://localhost", "http://shop.localhost:80", "http://[::1]"])
def test_this_machine_is_known_by_its_names(url):
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["https://127.0.0.1.example", "https://localhost.example", "https://10.0.0.1", ""])
def test_another_machine_is_not_this_one(url):
    assert not is_loopback(url)


def test_a_process_gets_these_settings_and_none_of_ours(monkeypatch):
    monkeypatch.setenv("KIOSK_LOG_FILE", "other.log")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///other.db")

    found = environment({"ENV": "test", "OAUTH": {"acme": {"ISSUER": "https://id.example"}}})

    assert {name: value for name, value in found.items() if name.startswith(("KIOSK", "DATABASE"))} == {
        "KIOSK_ENV": "test",
        "KIOSK_OAUTH__acme__ISSUER": "https://id.example",
    }


# ---------------------------------------------------------------- names that are none


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("KIOSK_MAILS_AN_HOURS", "is KIOSK_MAILS_AN_HOUR meant?"),
        ("KIOSK_TRUSTED_PROXYS", "is KIOSK_TRUSTED_PROXIES meant?"),
        ("KIOSK_PAYMENTS__API_BAES", "is KIOSK_PAYMENTS__API_BASE meant?"),  # feature: shop
        ("KIOSK_PAYMENTS_API_BASE", "is KIOSK_PAYMENTS__API_BASE meant?"),  # feature: shop
        ("KIOSK_OAUTH__acme__TRUST_EMIAL", "is KIOSK_OAUTH__<name>__TRUST_EMAIL meant?"),
        ("KIOSK_TESTING", "docs/configuration.md lists them all; unset it"),
        ("KIOSK_PROPAGATE_EXCEPTIONS", "docs/configuration.md lists them all; unset it"),
    ],
)
def test_a_setting_that_is_none_is_refused_and_the_nearest_is_named(monkeypatch, name, mend):
    monkeypatch.setenv(name, "1")

    assert f"{name} is no setting of Kiosk: {mend}" in refused().splitlines()


def test_what_is_misspelt_is_told_together_with_what_is_missing(monkeypatch):
    monkeypatch.setenv("KIOSK_SECRET_KY", SECRET_KEY)

    said = refused(SECRET_KEY="").splitlines()

    assert [line.partition(":")[0] for line in said] == [
        "KIOSK_SECRET_KY is no setting of Kiosk",
        "KIOSK_SECRET_KEY is not set",
    ]
    assert SECRET_KEY not in "".join(said)


@pytest.mark.parametrize(
    "name",
    [
        "KIOSK_BROWSER",
        "KIOSK_DIR",
        "KIOSK_SERVICE_HOST",
        "KIOSK_SERVICE_PORT_HTTP",
        "KIOSK_PORT",
        "KIOSK_PORT_8000_TCP",
        "KIOSK_PORT_8000_TCP_ADDR",
        "KIOSKS",
    ],
)
def test_what_others_set_beside_a_service_of_this_name_is_no_hindrance(monkeypatch, name):
    monkeypatch.setenv(name, "tcp://10.0.0.1:8000")

    assert loaded()


def test_a_group_takes_no_setting_that_it_does_not_have():
    assert "unknown field" in refused(**provider(TRUST_EMIAL="yes"))


def test_flask_gets_the_old_keys_as_the_list_that_it_expects():
    config = Config("")
    load_settings(config, settings("sqlite://", SECRET_KEY_FALLBACKS=f"{OLD},{OLD}-2"))

    assert config["SECRET_KEY_FALLBACKS"] == [OLD, f"{OLD}-2"]


@pytest.mark.parametrize(
    "url", ["smtp://mail.example", "smtp://mail.example:587", "smtps://user:pass%20word@mail.example:465"]
)
def test_a_mail_server_is_taken(url):
    assert loaded(MAIL_URL=url).mail_url == url


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example/path",
        "smtp://user@mail.example",
    ],
)
def test_what_is_no_mail_server_is_refused(url):
    assert "KIOSK_MAIL_URL" in refused(MAIL_URL=url)


@pytest.mark.parametrize("sender", ["shop", "a@b, c@d", "Shop <a@b>\nBcc: c@d", "Shop\x07 <a@b>"])
def test_what_is_no_sender_of_mails_is_refused(sender):
    assert "KIOSK_MAIL_FROM" in refused(MAIL_FROM=sender)


@pytest.mark.parametrize("name", ["Berlin", "", "../etc/passwd", "/etc/localtime", "Europe"])
def test_a_time_zone_that_is_not_known_is_refused(name):
    assert "KIOSK_TIME_ZONE" in refused(TIME_ZONE=name)


def test_a_time_zone_has_the_name_of_a_place():
    assert loaded(TIME_ZONE="Europe/Berlin").time_zone == "Europe/Berlin"


def test_the_password_of_the_mail_server_is_in_no_repr():
    assert "hush" not in repr(loaded(MAIL_URL="smtps://user:hush@mail.example"))
