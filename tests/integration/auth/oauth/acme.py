"""Acme, the OpenID provider of `tests.settings`, on the wire; and a browser on its way there and back."""

import json
import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, OctKey, RSAKey
from pytest_httpx import HTTPXMock
from werkzeug.test import TestResponse

from app.models import Identity, User, UserSession
from tests.attacks import came_of
from tests.forgery import KEY, half_hash, merged, signed
from tests.settings import CLIENT_ID, CLIENT_SECRET, IDENTITY

SECRET = OctKey.import_key(CLIENT_SECRET)
STRANGER = "https://evil.example"
ACCESS_TOKEN = "acme-access-token"


class Acme:
    """Answers as it should. A test changes what it answers, or puts a response or an error into `faults`.

    In `metadata`, `claims`, `header`, `answer` and `userinfo` a test overrides members; None leaves one out. `members`
    come before the published keys in the key set.
    """

    def __init__(self, httpx_mock: HTTPXMock) -> None:
        self.faults: dict[str, httpx.Response | Exception] = {}
        self.requests: dict[str, list[httpx.Request]] = {}
        self.nonce = ""
        self.published: list[RSAKey | ECKey] = [KEY]
        self.members: list[Any] = []
        self.signed_by: RSAKey | ECKey | OctKey = KEY
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        paths = {"discovery": "/.well-known/openid-configuration", "jwks": "/jwks"}
        for place, path in {**paths, "token": "/token", "userinfo": "/userinfo"}.items():
            self._serve(httpx_mock, place, IDENTITY + path)

    def _serve(self, httpx_mock: HTTPXMock, place: str, url: str) -> None:
        self.requests[place] = []

        def answer(request: httpx.Request) -> httpx.Response:
            self.requests[place].append(request)
            fault = self.faults.get(place)
            if isinstance(fault, Exception):
                raise fault
            return fault or httpx.Response(200, text=json.dumps(getattr(self, f"_{place}")()))

        httpx_mock.add_callback(answer, url=url, is_optional=True, is_reusable=True)

    def _discovery(self) -> dict[str, Any]:
        metadata = {
            "issuer": IDENTITY,
            "authorization_endpoint": f"{IDENTITY}/authorize",
            "token_endpoint": f"{IDENTITY}/token",
            "userinfo_endpoint": f"{IDENTITY}/userinfo",
            "jwks_uri": f"{IDENTITY}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return merged(metadata, self.metadata)

    def _jwks(self) -> dict[str, Any]:
        return {"keys": [*self.members, *(key.as_dict(private=False) for key in self.published)]}

    def _token(self) -> dict[str, Any]:
        return merged(
            {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token()},
            self.answer,
        )

    def id_token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": IDENTITY,
            "aud": CLIENT_ID,
            "sub": "ada-lovelace",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "auth_time": now,
            "at_hash": half_hash(ACCESS_TOKEN),
        }
        header = merged({"alg": "RS256", "kid": self.signed_by.kid}, self.header)
        return signed(header, merged(claims, self.claims), self.signed_by)

    def _userinfo(self) -> dict[str, Any]:
        person = {
            "sub": "ada-lovelace",
            "preferred_username": "ada",
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "email_verified": True,
        }
        return merged(person, self.userinfo)

    def count(self, place: str) -> int:
        return len(self.requests[place])

    def form(self) -> dict[str, str]:
        """What the token endpoint was sent last."""
        return dict(parse_qsl(self.requests["token"][-1].content.decode()))


class Journey:
    """A browser that signs in at Acme. `asked` is what it was sent there with."""

    def __init__(self, browser: FlaskClient, acme: Acme | None = None, provider: str = "acme") -> None:
        self.browser, self.acme, self.provider = browser, acme, provider
        self.asked: dict[str, str] = {}

    def leave(self, **query: str) -> dict[str, str]:
        self.url = self.browser.get(f"/oauth/login/{self.provider}", query_string=query).location
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}
        if self.acme:
            self.acme.nonce = self.asked.get("nonce", "")
        return self.asked

    def come_back(self, browser: FlaskClient | None = None, *, path: str = "", **changes: Any) -> TestResponse:
        """With a code and the state; changes override parameters, a list sends one twice, None leaves one out."""
        query = merged({"code": "acme-code", "state": self.asked.get("state")}, changes)
        return (browser or self.browser).get(path or f"/oauth/callback/{self.provider}", query_string=query)

    def sign_in(self, **changes: Any) -> TestResponse:
        self.leave()
        return self.come_back(**changes)


def assert_refused(response: TestResponse, code: str) -> None:
    """The sign-in page says why, and nobody is signed in, made or changed."""
    came_of(f"{response.status_code} {response.location}", f"302 /sign-in?error={code}")
    assert not [each for each in response.headers.getlist("Set-Cookie") if each.startswith("kiosk=")]
    assert (User.query.count(), Identity.query.count(), UserSession.query.count()) == (0, 0, 0)
