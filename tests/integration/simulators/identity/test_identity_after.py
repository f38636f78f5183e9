"""Refresh, revocation, introspection, registration, signed userinfo and signing out."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from simulators.identity.clients import DEMO_ID, DEMO_SECRET
from tests.integration.simulators.identity.party import CALLBACK, unpacked

OFFLINE = "openid email offline_access"
DEMO = (DEMO_ID, DEMO_SECRET)


@pytest.fixture
def tokens(party):
    return party.tokens(scope=OFFLINE)


def ask(party, path, auth=DEMO, **form):
    return party.http.post(f"{party.url}/{path}", data=form, auth=auth)


def refresh(party, token):
    return ask(party, "token", grant_type="refresh_token", refresh_token=token)


def register(party, **metadata):
    answer = party.http.post(f"{party.url}/register", json={"redirect_uris": [CALLBACK], **metadata})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_refresh_token_is_only_for_those_who_ask_for_offline_access(party):
    assert "refresh_token" not in party.tokens()
    assert "refresh_token" in party.tokens(scope=OFFLINE)


def test_a_refresh_token_gives_the_next_pair_and_a_new_id_token(party, tokens):
    fresh = refresh(party, tokens["refresh_token"]).json()

    assert party.userinfo(fresh["access_token"]).json()["email"]
    assert party.check(fresh["id_token"]).claims["sub"] == party.check(tokens["id_token"]).claims["sub"]
    assert fresh["refresh_token"] != tokens["refresh_token"]


def test_a_refresh_token_that_comes_twice_ends_all_tokens_of_the_sign_in(party, tokens):
    fresh = refresh(party, tokens["refresh_token"]).json()

    again = refresh(party, tokens["refresh_token"])

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert refresh(party, fresh["refresh_token"]).status_code == 400
    assert [party.userinfo(each["access_token"]).status_code for each in (tokens, fresh)] == [401, 401]


def test_a_revoked_refresh_token_takes_its_access_tokens_along(party, tokens):
    revoked = ask(party, "revoke", token=tokens["refresh_token"])

    assert revoked.status_code == 200
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert refresh(party, tokens["refresh_token"]).status_code == 400


def test_one_client_can_neither_revoke_nor_look_at_the_tokens_of_another(party, tokens):
    other = register(party)
    stranger = (other["client_id"], other["client_secret"])

    assert ask(party, "revoke", stranger, token=tokens["access_token"]).status_code == 200
    assert ask(party, "introspect", stranger, token=tokens["access_token"]).json() == {"active": False}
    assert party.userinfo(tokens["access_token"]).status_code == 200


def test_introspection_tells_of_a_token_until_it_is_revoked(party, tokens):
    told = ask(party, "introspect", token=tokens["access_token"]).json()
    ask(party, "revoke", token=tokens["access_token"])

    assert (told["active"], told["client_id"], told["scope"]) == (True, DEMO_ID, "email offline_access openid")
    assert ask(party, "introspect", token=tokens["access_token"]).json() == {"active": False}
    assert ask(party, "introspect", (DEMO_ID, "wrong"), token="x").status_code == 401


def test_an_access_token_may_be_in_the_form_but_not_in_two_places(party, tokens):
    form = {"access_token": tokens["access_token"]}
    header = {"Authorization": f"Bearer {tokens['access_token']}"}

    assert party.http.post(f"{party.url}/userinfo", data=form).json()["email"]
    assert party.http.post(f"{party.url}/userinfo", data=form, headers=header).status_code == 400


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # RFC 9864 names its keys; OpenID's clients say EdDSA
@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA"])
def test_a_client_registers_for_an_algorithm_and_for_signed_userinfo(party, algorithm):
    algorithms = {"id_token_signed_response_alg": algorithm, "userinfo_signed_response_alg": algorithm}
    client = register(party, **algorithms)
    code = party.code(client_id=client["client_id"])

    tokens = party.exchange(code, auth=(client["client_id"], client["client_secret"])).json()
    userinfo = party.userinfo(tokens["access_token"])

    keys = KeySet.import_key_set(party.http.get(f"{party.url}/jwks").json())
    claims = jwt.decode(userinfo.text, keys, algorithms=[algorithm]).claims
    assert userinfo.headers["Content-Type"] == "application/jwt"
    assert (claims["aud"], claims["iss"]) == (client["client_id"], party.url)
    assert jwt.decode(tokens["id_token"], keys, algorithms=[algorithm]).claims["sub"] == claims["sub"]
    assert unpacked(tokens["id_token"])[0]["alg"] == algorithm


@pytest.mark.parametrize(
    "metadata",
    [{}, {"redirect_uris": []}, {"redirect_uris": [CALLBACK], "id_token_signed_response_alg": "none"}],
)
def test_a_registration_that_makes_no_sense_is_refused(party, metadata):
    assert party.http.post(f"{party.url}/register", json=metadata).status_code == 400


def test_a_browser_that_signs_out_goes_back_only_where_the_client_registered(party):
    client = register(party, post_logout_redirect_uris=["http://127.0.0.1:5000/bye"])
    code = party.code(client_id=client["client_id"])
    hint = party.exchange(code, auth=(client["client_id"], client["client_secret"])).json()["id_token"]

    def leave(uri):
        given = {"id_token_hint": hint, "post_logout_redirect_uri": uri, "state": "s"}
        return party.http.get(f"{party.url}/end-session", params=given, follow_redirects=False)

    assert leave("http://127.0.0.1:5000/bye").headers["Location"] == "http://127.0.0.1:5000/bye?state=s"
    assert leave("https://evil.example/").status_code == 400


@pytest.fixture
def told():
    """What a client's address for back-channel logout got, as forms."""

    class Told(BaseHTTPRequestHandler):
        def do_POST(self):
            forms.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    forms = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Told) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/told", forms
        server.shutdown()


def test_a_client_is_told_of_each_sign_in_that_ends_and_of_no_other(party, control, told):
    address, forms = told
    client = register(party, backchannel_logout_uri=address)
    auth = client["client_id"], client["client_secret"]
    first, second = (party.exchange(party.code(client_id=auth[0]), auth=auth).json()["id_token"] for _ in range(2))
    party.tokens("ada")  # at a client that did not register for it

    party.http.get(f"{party.url}/end-session", params={"id_token_hint": first})

    [form] = forms
    header, claims = unpacked(form["logout_token"][0])
    assert header["typ"] == "logout+jwt"
    assert party.check(form["logout_token"][0])
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert (claims["aud"], claims["sid"], "nonce" in claims) == (auth[0], unpacked(first)[1]["sid"], False)
    assert unpacked(second)[1]["sid"] in [each["sid"] for each in control.sign_out("ada")]


def test_a_logout_token_is_forged_on_demand(party, control, told):
    address, forms = told
    client = register(party, backchannel_logout_uri=address)
    auth = client["client_id"], client["client_secret"]
    party.exchange(party.code(client_id=auth[0]), auth=auth)
    control.fault("logout_token", signing="foreign-key", set={"aud": "other"})

    [answered] = control.sign_out("ada")

    assert answered["status"] == 200
    assert unpacked(forms[0]["logout_token"][0])[1]["aud"] == "other"
    with pytest.raises(JoseError):
        party.check(forms[0]["logout_token"][0])


def test_the_device_flow_is_refused_in_words(party):
    answer = ask(party, "device_authorization", client_id=DEMO_ID)

    assert answer.json() == {
        "error": "unsupported_grant_type",
        "error_description": "the device flow (RFC 8628) is not offered",
    }
