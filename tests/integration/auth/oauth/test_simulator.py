"""Sign-in at the identity simulator over real HTTP: what it forges, Kiosk refuses."""

from urllib.parse import urlsplit

import httpx
import pytest

from app.runtime import outbound
from app.runtime.config import OAuthProvider
from simulators.identity.control import Control, deny, walk
from simulators.process import Process as Simulator
from tests.integration.auth.oauth.acme import assert_refused
from tests.integration.conftest import browser
from tests.settings import CLIENT_ID, CLIENT_SECRET

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def person():
    """The browser's other side: pages of the simulator."""
    with httpx.Client(trust_env=False, timeout=10, verify=False) as found:
        yield found


@pytest.fixture
def control(identity_simulator):
    with Control(identity_simulator.url) as found:
        found.reset()
        yield found
        found.reset()


@pytest.fixture
def travel(app, client, reconfigured, control, person):
    """`travel("ada")` signs in as her at the simulator and gives the shop's answer."""

    def go(username="ada", *, kind="oidc", by=client, press=None):
        if kind not in ready:
            reconfigured(oauth={"acme": OAuthProvider(control.url, CLIENT_ID, CLIENT_SECRET, kind=kind)})
            ready.append(kind)
        left = by.get("/oauth/login/acme?next=/orders")
        if not left.location.startswith(control.url):
            return left
        back = urlsplit(press(person, left.location) if press else walk(person, left.location, username))
        assert (back.netloc, back.path) == ("localhost", "/oauth/callback/acme")
        return by.get(f"{back.path}?{back.query}")

    ready = []
    return go


def test_a_person_signs_in(travel, client):
    response = travel("ada")

    assert (response.status_code, response.location) == (302, "/orders")
    body = client.get("/api/profile").get_json()
    assert (body["username"], body["name"], body["email"]) == ("ada", "Ada Lovelace", "ada@example.com")


def test_two_people_are_two_users_and_come_back_as_themselves(travel, app):
    first, second, again = browser(app), browser(app), browser(app)
    travel("ada", by=first)
    travel("grace", by=second)

    travel("ada", by=again)

    ids = [each.get("/api/profile").get_json()["id"] for each in (first, second, again)]
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize(
    ("number", "secret"), [("shop", "100%25 pl+us"), ("sh+p%2F ä", "c:l:n ümläut und Leerzeichen")]
)
def test_a_strict_provider_knows_a_client_of_any_characters(client, reconfigured, person, number, secret):
    options = ["--client", f"{number}:{secret}", "--redirect-uri", "http://localhost/oauth/callback/acme"]
    with Simulator("identity", "--port", "0", "--control", *options) as simulator:
        reconfigured(oauth={"acme": OAuthProvider(simulator.url, number, secret)})
        back = urlsplit(walk(person, client.get("/oauth/login/acme").location, "ada"))

        response = client.get(f"{back.path}?{back.query}")

    assert response.location == "/"
    assert client.get("/api/profile").get_json()["username"] == "ada"


def test_keys_that_are_rotated_before_the_first_sign_in_do_no_harm(travel, client, control):
    control.rotate_keys()

    travel()

    assert client.get("/api/profile").status_code == 200


def test_keys_that_are_rotated_between_two_sign_ins_do_no_harm(travel, app, control):
    travel("ada")
    control.rotate_keys(keep=False)
    again = browser(app)

    travel("grace", by=again)

    assert again.get("/api/profile").get_json()["username"] == "grace"


def test_a_provider_without_userinfo_signs_in_by_the_id_token(travel, client, control):
    control.fault("discovery", remove=["userinfo_endpoint"])
    control.fault("id_token", set={"preferred_username": "countess", "email": "ada@example.com"})

    travel("ada")

    body = client.get("/api/profile").get_json()
    assert (body["username"], body["email"]) == ("countess", "ada@example.com")
    assert control.count("userinfo") == 0


def test_a_strict_provider_finds_nothing_to_complain_of(travel, control):
    travel()

    assert [(call["place"], call["status"]) for call in control.calls() if call["status"] >= 400] == []
    assert control.count("token") == 1


FORGERIES = {
    "no signature": Control.unsigned_token,
    "signed with the client secret": Control.token_signed_with_secret,
    "signed with the public key as a secret": Control.token_signed_with_public_key,
    "signed by a stranger": Control.token_signed_by_stranger,
    "a broken signature": Control.token_with_broken_signature,
    "a key that nobody publishes": lambda control: control.token_with_kid("unknown"),
    "another issuer": lambda control: control.token_claims({"iss": "https://identity.example"}),
    "another audience": lambda control: control.token_claims({"aud": "other"}),
    "another audience besides ours": lambda control: control.token_claims({"aud": [CLIENT_ID, "other"]}),
    "another audience for our party": lambda control: control.token_claims({"aud": "other", "azp": CLIENT_ID}),
    "another party": lambda control: control.token_claims({"azp": "other"}),
    "another nonce": lambda control: control.token_claims({"nonce": "replayed"}),
    "no nonce": lambda control: control.token_claims(without=("nonce",)),
    "another at_hash": lambda control: control.token_claims({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "no expiry": lambda control: control.token_claims(without=("exp",)),
    "no time": lambda control: control.token_claims(without=("iat",)),
    "no subject": lambda control: control.token_claims(without=("sub",)),
    "expired": Control.expired_token,
    "from the future": Control.token_from_the_future,
    "no ID token": Control.no_id_token,
    "a profile of somebody else": Control.userinfo_of,
    "a profile of nobody": Control.userinfo_without_sub,
    "an answer of another issuer": Control.callback_names,
    "an answer without issuer": Control.callback_without_iss,
    "an answer of two issuers": Control.callback_with_second_iss,
    "no code": Control.callback_without_code,
    "another discovery": Control.discovery_names,
    "discovery is a page": lambda control: control.answers_html("discovery"),
    "the key set is a page": lambda control: control.answers_html("jwks"),
    "the token is a page": lambda control: control.answers_html("token"),
    "the profile is a page": lambda control: control.answers_html("userinfo"),
    "broken JSON": lambda control: control.answers_broken_json("userinfo"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_what_is_forged_is_refused(travel, control, forge):
    forge(control)

    assert_refused(travel(), "oauth_failed")


@pytest.mark.parametrize("state", ["forged", None])
def test_a_state_that_is_not_ours_is_refused(travel, control, state):
    control.callback_state(state)

    assert_refused(travel(), "oauth_expired")
    assert control.count("token") == 0


def test_whoever_denies_is_told_so_and_nothing_is_posted(travel, control):
    assert_refused(travel(press=deny), "oauth_denied")
    assert control.count("token") == 0


@pytest.mark.parametrize("place", ["discovery", "jwks", "token", "userinfo"])
def test_a_provider_that_fails_or_hangs_up_signs_nobody_in(travel, control, place):
    control.fails(place)
    assert_refused(travel(), "oauth_unavailable")

    control.hangs_up(place)
    assert_refused(travel(), "oauth_unavailable")


@pytest.mark.parametrize("place", ["discovery", "jwks", "token", "userinfo"])
def test_a_provider_that_hangs_is_given_up(travel, control, place, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", httpx.Timeout(0.2))
    control.hangs(place)

    assert_refused(travel(), "oauth_unavailable")


def test_a_code_that_is_too_old_is_refused(travel, control, person):
    def dawdle(browser, url):
        back = walk(browser, url, "ada")
        control.advance(120)
        return back

    assert_refused(travel(press=dawdle), "oauth_failed")


# ---------------------------------------------------------------- GitHub


# feature: github {
def test_a_person_signs_in_by_github(travel, client):
    response = travel("ada", kind="github")

    assert response.location == "/orders"
    body = client.get("/api/profile").get_json()
    assert (body["username"], body["name"], body["email"]) == ("ada", "Ada Lovelace", "ada@example.com")


def test_a_github_user_is_known_by_the_number(travel, app, control):
    first, again = browser(app), browser(app)
    travel("ada", kind="github", by=first)
    control.fault("github_user", set={"login": "countess"})

    travel("ada", kind="github", by=again)

    assert again.get("/api/profile").get_json()["id"] == first.get("/api/profile").get_json()["id"]


@pytest.mark.parametrize(
    ("arrange", "email"),
    [
        (Control.github_private_email, "ada@example.com"),
        (Control.github_unverified_email, None),
        (Control.github_without_email, None),
    ],
)
def test_a_github_email_counts_where_it_is_primary_and_verified(travel, client, control, arrange, email):
    arrange(control)

    travel("ada", kind="github")

    assert client.get("/api/profile").get_json()["email"] == email


@pytest.mark.parametrize("place", ["github_token", "github_user", "github_emails"])
def test_a_github_in_trouble_signs_nobody_in(travel, control, place):
    control.answers_html(place)
    assert_refused(travel(kind="github"), "oauth_failed")

    control.fails(place)
    assert_refused(travel(kind="github"), "oauth_unavailable")


@pytest.mark.parametrize("status", [403, 404])
def test_a_github_that_shows_no_emails_signs_in_without_one(travel, client, control, status):
    control.fails("github_emails", status)

    travel("ada", kind="github")

    body = client.get("/api/profile").get_json()
    assert (body["username"], body["email"]) == ("ada", None)


def test_githubs_refusal_with_status_200_is_a_refusal(travel, control):
    control.fault("github_token", set={"error": "bad_verification_code"}, remove=["access_token"])

    assert_refused(travel(kind="github"), "oauth_failed")


@pytest.mark.parametrize("number", [None, "", True, {"id": 1}])
def test_a_github_user_without_a_number_is_nobody(travel, control, number):
    control.fault("github_user", set={"id": number})

    assert_refused(travel(kind="github"), "oauth_failed")


# }
