"""What the identity simulator does when everybody behaves."""

import re
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest

from simulators.identity.clients import DEMO_ID, DEMO_SECRET
from simulators.identity.control import deny, walk

pytestmark = pytest.mark.integration


class Document(HTMLParser):
    """All tags of a page, and the text of its buttons."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.buttons, self._inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "button":
            self._inside = True
            self.buttons.append("")

    def handle_data(self, data):
        if self._inside:
            self.buttons[-1] += data

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "button"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_issuer_is_the_host_that_was_asked(simulator, http, host):
    url = simulator.replace("127.0.0.1", host)

    metadata = http.get(f"{url}/.well-known/openid-configuration").json()

    assert metadata["issuer"] == url
    assert all(metadata[key].startswith(f"{url}/") for key in metadata if key.endswith(("_endpoint", "_uri")))
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["code_challenge_methods_supported"] == ["S256"]


def test_key_set_tells_no_private_half(party):
    rsa, edwards = party.http.get(f"{party.url}/jwks").json()["keys"]

    assert rsa.keys() == {"kty", "n", "e", "kid", "use", "alg"}
    assert edwards.keys() == {"kty", "crv", "x", "kid", "use", "alg"}


def test_browser_comes_back_with_code_state_and_issuer(party):
    callback = party.callback("ada")

    assert callback.keys() == {"code", "state", "iss"}
    assert callback["state"] == [party.state]
    assert callback["iss"] == [party.url]


def test_id_token_says_who_for_whom_and_when(party):
    tokens = party.tokens("grace")

    token = party.check(tokens["id_token"])

    half = sha256(tokens["access_token"].encode()).digest()[:16]
    assert token.header["alg"] == "RS256"
    assert token.claims["iss"] == party.url
    assert token.claims["sub"] == "grace-hopper"
    assert token.claims["aud"] == DEMO_ID
    assert token.claims["nonce"] == party.nonce
    assert token.claims["at_hash"] == urlsafe_b64encode(half).rstrip(b"=").decode()
    assert abs(token.claims["iat"] - time.time()) < 60
    assert token.claims["auth_time"] <= token.claims["iat"] < token.claims["exp"]


def test_id_token_is_signed_by_the_key_that_its_kid_names(party):
    token = party.check(party.tokens()["id_token"])

    [key] = party.rsa_keys()
    assert token.header["kid"] == key["kid"]


def test_without_a_nonce_the_token_has_none(party):
    token = party.check(party.tokens(nonce=None)["id_token"])

    assert "nonce" not in token.claims


@pytest.mark.parametrize(
    ("scope", "claims"),
    [
        ("openid", {"sub"}),
        ("openid profile", {"sub", "name", "preferred_username"}),
        ("openid email", {"sub", "email", "email_verified"}),
        ("openid email unheard-of", {"sub", "email", "email_verified"}),
    ],
)
def test_userinfo_tells_what_the_scopes_allow(party, scope, claims):
    tokens = party.tokens(scope=scope)

    assert party.userinfo(tokens["access_token"]).json().keys() == claims


def test_userinfo_is_about_the_same_person(party):
    tokens = party.tokens("ada")

    told = party.userinfo(tokens["access_token"]).json()

    assert told["sub"] == party.check(tokens["id_token"]).claims["sub"]
    assert (told["name"], told["email"], told["email_verified"]) == ("Ada Lovelace", "ada@example.com", True)


def test_picture_below_the_simulator_is_told_with_its_host(party, control):
    control.add_person("alan", picture="/avatars/alan.svg")

    told = party.userinfo(party.tokens("alan")["access_token"]).json()

    assert told["picture"] == f"{party.url}/avatars/alan.svg"
    assert party.http.get(told["picture"]).headers["Content-Type"].startswith("image/svg+xml")


def test_client_may_send_its_secret_in_the_body(party):
    answer = party.exchange(party.code(), auth=None, client_id=DEMO_ID, client_secret=DEMO_SECRET)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_authorization_request_may_be_posted(party):
    address, _, query = party.authorize_url().partition("?")

    page = party.http.post(address, data={key: value for key, [value] in parse_qs(query).items()})

    assert "Continue as Ada Lovelace" in page.text


def test_redirect_keeps_the_query_of_the_redirect_uri(party, simulator):
    callback = walk(party.http, party.authorize_url(), "ada")

    assert callback.startswith("http://127.0.0.1:5000/oauth/callback?code=")


def test_denial_goes_back_as_access_denied(party):
    callback = parse_qs(urlsplit(deny(party.http, party.authorize_url())).query)

    assert callback["error"] == ["access_denied"]
    assert callback["state"] == [party.state]
    assert callback["iss"] == [party.url]
    assert "code" not in callback


def test_page_offers_everybody_first_and_denial_last(party):
    page = Document(party.http.get(party.authorize_url()).text)

    texts = [" ".join(text.split()) for text in page.buttons]
    assert [re.split(" (?:Buys|Runs|Was) ", text)[0] for text in texts] == [
        "Continue as Ada Lovelace",
        "Continue as Grace Hopper",
        "Continue as Joan Clarke",
        "Deny",
    ]


def test_page_says_who_asks_and_what_they_will_see(party):
    page = party.http.get(party.authorize_url()).text

    assert "Sign in to Shop" in page
    assert "at 127.0.0.1:5000" in page
    assert "Shop will see your name and email address" in page


def test_page_puts_the_person_hinted_at_first(party):
    page = Document(party.http.get(party.authorize_url(login_hint="grace@example.com")).text)

    assert "Grace Hopper" in page.buttons[0]


def test_page_runs_no_script_and_allows_only_its_own_style(party):
    answer = party.http.get(party.authorize_url())

    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"style-src 'nonce-([^']+)'", policy)
    assert nonce
    assert f'<style nonce="{nonce[1]}">' in answer.text
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:5000" in policy
    assert not [tag for tag, given in Document(answer.text).tags if tag == "script" or "style" in given]


def test_page_escapes_what_people_are_called(party, control):
    control.add_person("bobby", name="<script>alert(1)</script>")

    page = party.http.get(party.authorize_url()).text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
