"""Authlib: its client for Flask, as a site uses it, and its session for what comes after a sign-in."""

from urllib.parse import urlsplit

from authlib.integrations.flask_client import OAuth, OAuthError
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, redirect, session
from steps import CALLBACK, ISSUER, SCOPE, call, choose, forge, refused, register

client = register()
app = Flask(__name__)
app.secret_key = "of a site that nothing depends on"
app.testing = True  # what Authlib raises comes here
oauth = OAuth(app)
oauth.register(
    "simulator",
    client_id=client["client_id"],
    client_secret=client["client_secret"],
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": SCOPE, "code_challenge_method": "S256"},
)
tokens = {}


@app.get("/login")
def login():
    return oauth.simulator.authorize_redirect(CALLBACK)


@app.get("/callback")
def callback():
    try:
        tokens.update(oauth.simulator.authorize_access_token())
    except OAuthError as problem:
        return problem.error, 400
    session["sub"] = tokens["userinfo"]["sub"]
    return redirect("/")


def sign_in(**button):
    browser = app.test_client()
    back = urlsplit(choose(browser.get("/login").location, **button))
    return browser.get(f"{back.path}?{back.query}")


@call("signs in")
def _():
    assert sign_in().location == "/"
    assert tokens["userinfo"]["sub"] == "ada-lovelace"


@call("userinfo")
def _():
    assert oauth.simulator.userinfo(token=tokens)["email"] == "ada@example.com"


@call("a person says no")
def _():
    answer = sign_in(deny="1")
    assert (answer.status_code, answer.text) == (400, "access_denied")


@call("a forged ID token is refused")
def _():
    forge(signing="foreign-key")
    with refused("bad_signature"):
        sign_in()


def talking():
    return OAuth2Session(client["client_id"], client["client_secret"], token=tokens, scope=SCOPE)


@call("refresh")
def _():
    fresh = talking().refresh_token(f"{ISSUER}/token", tokens["refresh_token"])
    assert fresh["refresh_token"] != tokens["refresh_token"]
    tokens.update(fresh)


@call("introspection")
def _():
    assert talking().introspect_token(f"{ISSUER}/introspect", tokens["access_token"]).json()["active"]


@call("revocation")
def _():
    session = talking()
    assert session.revoke_token(f"{ISSUER}/revoke", tokens["access_token"]).status_code == 200
    assert not session.introspect_token(f"{ISSUER}/introspect", tokens["access_token"]).json()["active"]
