"""Sign-in at an OpenID provider, mocked on the wire: the way there, the way back, and whom it makes."""

from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import unquote_plus, urlsplit

import pytest

from app import auth, db
from app.models import Identity, OAuthRequest, User
from app.runtime.config import OAuthProvider
from tests.integration.auth.oauth.acme import ACCESS_TOKEN, Journey
from tests.integration.conftest import browser
from tests.integration.factories import make_user
from tests.settings import CLIENT_ID, CLIENT_SECRET, IDENTITY

pytestmark = pytest.mark.any_database


def profile(client):
    return client.get("/api/profile").get_json()


def test_whoever_comes_back_from_the_provider_is_signed_in(journey, client):
    response = journey.sign_in()

    assert (response.status_code, response.location) == (302, "/")
    assert profile(client)["username"] == "ada"
    assert profile(client)["name"] == "Ada Lovelace"
    assert [each["provider"] for each in profile(client)["identities"]] == ["acme"]
    assert profile(client)["role"] == "customer"


def test_the_browser_is_sent_off_with_state_pkce_and_nonce(journey):
    asked = journey.leave()

    assert journey.url.startswith(f"{IDENTITY}/authorize?")
    assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT_ID, "code", "S256")
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 43


def test_each_sign_in_has_a_state_a_nonce_and_a_challenge_of_its_own(journey):
    first, second = journey.leave(), journey.leave()

    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_the_challenge_is_the_hash_of_the_verifier_that_is_sent(journey, acme):
    journey.sign_in()

    digest = sha256(acme.form()["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == journey.asked["code_challenge"]


def test_the_code_is_exchanged_by_the_client_that_asked(journey, acme):
    journey.sign_in(code="the-code")

    form = acme.form()
    assert (form["grant_type"], form["code"]) == ("authorization_code", "the-code")
    assert form["redirect_uri"] == journey.asked["redirect_uri"] == "http://localhost/oauth/callback/acme"
    assert acme.requests["token"][-1].headers["Authorization"].startswith("Basic ")
    assert CLIENT_SECRET not in journey.url


ODD_PAIRS = [
    ("kiosk", "s3cr~t_of-no.note"),
    ("kiosk", "a+b c%2Fd%"),
    ("kiosk", "colon:and/slash"),
    ("shop:1", "päßwörd 🔑"),
    ("https://shop.example/?a=1&b=2", "="),
]


@pytest.mark.parametrize(("number", "secret"), ODD_PAIRS)
def test_an_id_and_a_secret_of_any_characters_are_form_encoded_first(journey, reconfigured, acme, number, secret):
    reconfigured(oauth={"acme": OAuthProvider(IDENTITY, number, secret)})
    acme.claims = {"aud": number}

    assert journey.sign_in().location == "/"

    [_, given] = acme.requests["token"][-1].headers["Authorization"].split()
    assert [unquote_plus(each) for each in b64decode(given).decode().split(":")] == [number, secret]
    assert "client_secret" not in acme.form()


@pytest.mark.parametrize(("number", "secret"), ODD_PAIRS)
def test_a_provider_that_takes_them_in_the_form_gets_them_there(journey, reconfigured, acme, number, secret):
    reconfigured(oauth={"acme": OAuthProvider(IDENTITY, number, secret)})
    acme.claims = {"aud": number}
    acme.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert journey.sign_in().location == "/"

    assert (acme.form()["client_id"], acme.form()["client_secret"]) == (number, secret)
    assert "Authorization" not in acme.requests["token"][-1].headers


def test_the_profile_is_asked_for_with_the_access_token(journey, acme):
    journey.sign_in()

    assert acme.requests["userinfo"][-1].headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"


def test_the_address_to_come_back_to_does_not_follow_the_host_header(journey, client):
    response = client.get("/oauth/login/acme", headers={"Host": "evil.example"})

    assert "redirect_uri=http%3A%2F%2Flocalhost%2Foauth%2Fcallback%2Facme" in response.location
    assert "evil" not in response.location


def test_the_browser_is_bound_by_a_cookie_that_scripts_do_not_see(journey, client):
    response = client.get("/oauth/login/acme")

    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/;" in cookie


@pytest.mark.parametrize("path", ["/orders/7?from=mail#lines", "/items/caf%C3%A9"])
def test_the_wished_page_comes_next(journey, path):
    journey.leave(next=path)

    assert journey.come_back().location == path


@pytest.mark.every_database
@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "/%2fevil.example", "/%0d"]
)
def test_a_foreign_page_never_comes_next(journey, path):
    journey.leave(next=path)

    assert OAuthRequest.query.one().next == "/"
    assert journey.come_back().location == "/"


def test_a_page_too_long_to_be_kept_does_not_come_next(journey):
    journey.leave(next="/" + "a" * 3000)

    assert journey.come_back().location == "/"


@pytest.mark.every_database
def test_a_foreign_page_that_was_kept_all_the_same_does_not_come_next_either(journey):
    journey.leave()
    OAuthRequest.query.update({"next": "//evil.example"})
    db.session.commit()

    assert journey.come_back().location == "/"


def test_the_plain_callback_is_the_default_providers(journey, client):
    journey.sign_in(path="/oauth/callback")

    assert profile(client)["username"] == "ada"


def test_the_second_sign_in_finds_the_same_user(journey, app, acme):
    journey.sign_in()
    again = browser(app)

    Journey(again, acme).sign_in()

    assert profile(again)["id"] == profile(journey.browser)["id"]
    assert (User.query.count(), Identity.query.count()) == (1, 1)


def test_a_user_is_known_by_the_subject_whatever_else_changes(journey, app, acme):
    journey.sign_in()
    acme.userinfo = {"preferred_username": "countess", "email": "countess@example.com"}
    again = browser(app)

    Journey(again, acme).sign_in()

    assert profile(again)["username"] == "ada"


def test_a_subject_is_another_person_at_another_issuer(journey, client):
    other = make_user("ada-elsewhere")
    db.session.add(Identity(user=other, provider="other", issuer="https://other.example", subject="ada-lovelace"))
    db.session.commit()

    journey.sign_in()

    assert profile(client)["username"] == "ada"


def test_a_local_account_is_not_taken_over_by_its_username_or_email(journey, client):
    local = make_user("ada", email="ada@example.com")

    journey.sign_in()

    assert profile(client)["id"] != local.id
    assert profile(client)["username"] == "ada-2"
    assert profile(client)["identities"]
    assert not Identity.query.filter_by(user_id=local.id).count()


def test_a_username_that_many_have_gets_the_next_free_number(journey, client):
    for name in ("Ada", "ADA-2", "ada-3", "adam"):
        make_user(name)

    journey.sign_in()

    assert profile(client)["username"] == "ada-4"


@pytest.mark.parametrize(
    ("wished", "given"),
    [("Ada Lovelace!", "AdaLovelace"), ("///", "user"), ("%_", "user"), ("ﷺ" * 48, "user"), ("a" * 60, "a" * 48)],
)
def test_a_username_is_made_of_whatever_the_provider_says(journey, client, acme, wished, given):
    acme.userinfo = {"preferred_username": wished}

    journey.sign_in()

    assert profile(client)["username"] == given


def test_an_email_of_the_provider_is_not_yet_verified_here(journey, client):
    journey.sign_in()

    assert profile(client)["email"] == "ada@example.com"
    assert profile(client)["email_verified"] is False


def test_a_person_without_an_email_can_sign_in(journey, client, acme):
    acme.userinfo = {"email": None, "email_verified": None}

    journey.sign_in()

    assert profile(client)["email"] is None


def test_the_session_lies_in_a_cookie_of_the_usual_kind(journey):
    response = journey.sign_in()

    cookie = next(each for each in response.headers.getlist("Set-Cookie") if each.startswith("kiosk="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_fetch_profile_may_be_replaced_by_a_plain_function(journey, client, acme, monkeypatch):
    seen = []

    def fetch_profile(token):
        seen.append(token["access_token"])
        return {"id": "ada-lovelace", "email": "countess@example.com"}

    monkeypatch.setattr(auth, "fetch_profile", fetch_profile)

    journey.sign_in()

    assert profile(client)["email"] == "countess@example.com"
    assert seen == [ACCESS_TOKEN]
    assert acme.count("userinfo") == 0


def test_fetch_profile_may_be_replaced_by_a_coroutine_function(journey, client, monkeypatch):
    async def fetch_profile(token):
        return {"sub": "ada-lovelace", "name": "Countess"}

    monkeypatch.setattr(auth, "fetch_profile", fetch_profile)

    journey.sign_in()

    assert profile(client)["name"] == "Countess"


def test_a_plain_replacement_may_use_the_database(journey, client, monkeypatch):
    make_user("bob", name="Bob")

    def fetch_profile(token):
        return {"sub": "ada-lovelace", "name": User.query.filter_by(username="bob").one().name}

    monkeypatch.setattr(auth, "fetch_profile", fetch_profile)

    journey.sign_in()

    assert profile(client)["name"] == "Bob"


def test_the_providers_are_listed_with_where_to_begin(client):
    assert client.get("/api/providers").get_json() == [{"name": "acme", "label": "Acme", "url": "/oauth/login/acme"}]


def test_discovery_and_keys_are_fetched_once_for_many_sign_ins(journey, app, acme):
    journey.sign_in()
    Journey(browser(app), acme).sign_in()

    assert (acme.count("discovery"), acme.count("jwks"), acme.count("token")) == (1, 1, 2)
    assert urlsplit(journey.url).path == "/authorize"
