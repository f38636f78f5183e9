"""requests-oauthlib, with PyJWT for the ID token, which it leaves to others."""

import os

import jwt
import requests
from requests_oauthlib import OAuth2Session
from steps import CALLBACK, ISSUER, SCOPE, SIGNED_OUT, call, choose, forge, refused, register

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # the simulator is at plain http
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"  # the scopes come in another order
client = register()
metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=10).json()
keys = jwt.PyJWKClient(metadata["jwks_uri"])
tokens = {}


def sign_in(**button):
    session = OAuth2Session(client["client_id"], redirect_uri=CALLBACK, scope=SCOPE.split(), pkce="S256")
    url, _ = session.authorization_url(metadata["authorization_endpoint"], nonce="of this sign-in")
    back = choose(url, **button).replace("http://", "https://")
    tokens.update(
        session.fetch_token(
            metadata["token_endpoint"], authorization_response=back, client_secret=client["client_secret"]
        )
    )
    return session


def claims():
    token = tokens["id_token"]
    key = keys.get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=["RS256"], audience=client["client_id"], issuer=metadata["issuer"])


@call("signs in")
def _():
    sign_in()
    assert claims()["nonce"] == "of this sign-in"


@call("userinfo")
def _():
    assert sign_in().get(metadata["userinfo_endpoint"]).json()["email"] == "ada@example.com"


@call("refresh")
def _():
    session = sign_in()
    auth = client["client_id"], client["client_secret"]
    before = tokens["refresh_token"]
    assert session.refresh_token(metadata["token_endpoint"], auth=auth)["refresh_token"] != before


@call("an access token that expired is refreshed by itself")
def _():
    sign_in()
    session = OAuth2Session(
        client["client_id"],
        token={**tokens, "expires_in": -1, "expires_at": 0},
        auto_refresh_url=metadata["token_endpoint"],
        auto_refresh_kwargs={"client_id": client["client_id"], "client_secret": client["client_secret"]},
        token_updater=tokens.update,
    )
    assert session.get(metadata["userinfo_endpoint"]).json()["email"] == "ada@example.com"


@call("sign-out")
def _():
    sign_in()
    given = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": SIGNED_OUT}
    answer = requests.get(metadata["end_session_endpoint"], params=given, allow_redirects=False, timeout=10)
    assert answer.headers["Location"] == SIGNED_OUT


@call("a person says no")
def _():
    with refused("access_denied"):
        sign_in(deny="1")


@call("a forged ID token is refused")
def _():
    forge(signing="foreign-key")
    sign_in()
    with refused("Signature verification failed"):
        claims()
