"""A client that plays by the book, for the tests of the identity simulator."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from simulators.identity.clients import DEMO_ID, DEMO_SECRET
from simulators.identity.control import walk

CALLBACK = "http://127.0.0.1:5000/oauth/callback"


def fingerprint(verifier):
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def unpacked(token):
    """Header and claims of a token, without any check."""
    header, claims, _ = token.split(".")
    return tuple(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (header, claims))


class Party:
    """A relying party: it builds the requests, and remembers what it must show again."""

    def __init__(self, url, http):
        self.url, self.http = url, http
        self.verifier, self.nonce, self.state = (secrets.token_urlsafe(32) for _ in range(3))

    def authorize_url(self, path="/authorize", **changes):
        """Changes override parameters; None leaves one out."""
        asked = {
            "client_id": DEMO_ID,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid email profile",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": fingerprint(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return f"{self.url}{path}?{urlencode({key: value for key, value in asked.items() if value is not None})}"

    def callback(self, person="ada", **changes):
        """The parameters with which the browser comes back, as lists."""
        return parse_qs(urlsplit(walk(self.http, self.authorize_url(**changes), person)).query)

    def code(self, person="ada", **changes):
        return self.callback(person, **changes)["code"][0]

    def exchange(self, code, path="/token", auth=(DEMO_ID, DEMO_SECRET), headers=None, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
            **changes,
        }
        sent = {key: value for key, value in form.items() if value is not None}
        return self.http.post(self.url + path, data=sent, auth=auth, headers=headers)

    def tokens(self, person="ada", **changes):
        answer = self.exchange(self.code(person, **changes))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def userinfo(self, access_token, path="/userinfo"):
        return self.http.get(self.url + path, headers={"Authorization": f"Bearer {access_token}"})

    def rsa_keys(self):
        """Those published for RS256."""
        published = self.http.get(f"{self.url}/jwks").json()["keys"]
        return [key for key in published if key["alg"] == "RS256"]

    def check(self, id_token):
        """Header and claims, if the signature is right under a published key; joserfc's errors if not."""
        keys = KeySet.import_key_set({"keys": self.rsa_keys()})
        return jwt.decode(id_token, keys, algorithms=["RS256"])
