"""The fixtures for pytest: one server of each kind for a run, which begins every test without a past."""

import os
import subprocess
import sys

import pytest

from simulators.process import ROOT

pytestmark = pytest.mark.integration

TESTS = """
import smtplib
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from simulators.identity.control import walk
from simulators.pytest_plugin import CALLBACK, CLIENT_ID, CLIENT_SECRET

VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
left = {}
twice = pytest.mark.parametrize("number", [1, 2])


def signed_in(provider):
    asked = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid", "state": "s"}
    asked |= {"nonce": "n", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    with httpx.Client(trust_env=False) as http:
        back = walk(http, f"{provider.url}/authorize?{urlencode(asked)}", "ada")
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    form["code"] = parse_qs(urlsplit(back).query)["code"][0]
    tokens = httpx.post(f"{provider.url}/token", data=form, auth=(CLIENT_ID, CLIENT_SECRET)).raise_for_status()
    return tokens.json()["access_token"]


@twice
def test_identity(identity_simulator, number):
    provider = identity_simulator
    if number == 2:
        assert provider.url == left["provider"]
        assert (provider.faults(), provider.calls()) == ({}, [])
        assert provider.people() == left["people"]
        assert httpx.get(f"{provider.url}/jwks").json() == left["keys"]
        bearer = {"Authorization": f"Bearer {left['token']}"}
        assert httpx.get(f"{provider.url}/userinfo", headers=bearer).status_code == 401
        refused = httpx.post(f"{provider.url}/introspect", data={"token": "x"}, auth=left["client"])
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert provider.sign_out("ada") == []
    left["provider"], left["people"] = provider.url, provider.people()
    left["keys"] = httpx.get(f"{provider.url}/jwks").json()
    left["token"] = signed_in(provider)
    client = httpx.post(f"{provider.url}/register", json={"redirect_uris": [CALLBACK]}).raise_for_status().json()
    left["client"] = client["client_id"], client["client_secret"]
    provider.add_person("alan")
    provider.rotate_keys(keep=False)
    provider.advance(10_000)
    provider.unsigned_token()
    provider.hangs("userinfo", 120)


@twice
def test_mail(mail_simulator, number):
    server = mail_simulator
    assert server.mails() == []
    assert [server.count(place) for place in ("connect", "sender", "accepted")] == [0, 0, 0]
    if number == 2:
        assert server.url == left["mail"]
        assert left["begun"].data(b"Subject: Late")[0] == 451
        left["begun"].sendmail("a@shop.example", "b@shop.example", b"Subject: Anew")
        assert [mail["headers"]["Subject"] for mail in server.mails()] == ["Anew"]
    left["mail"], left["begun"] = server.url, smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=10)
    left["begun"].sendmail("a@shop.example", "b@shop.example", b"Subject: Early")
    left["begun"].mail("a@shop.example")
    left["begun"].rcpt("b@shop.example")
    server.refuses("data", 451)


# feature: shop {
@twice
def test_payments(payments_simulator, number):
    provider = payments_simulator
    if number == 2:
        assert provider.url == left["payments"]
        assert provider.api.get(f"/v1/checkout/sessions/{left['session']}").status_code == 404
        assert provider.api.get("/v1/webhook_endpoints").json()["data"] == []
    state = provider.state()
    assert (state["sessions"], state["events"], state["faults"], state["keys"]) == ([], [], [], [])
    left["payments"], left["session"] = provider.url, provider.open_session()["id"]
    provider.api.post("/v1/refunds", headers={"Idempotency-Key": "one"})
    provider.api.post("/v1/webhook_endpoints", data={"url": "http://127.0.0.1:9/", "enabled_events[]": "*"})
    provider.pay(left["session"])
    provider.advance(10_000)
    provider.drop(times=None)


# }
"""


def test_nothing_of_one_test_reaches_the_next_one_at_the_same_server(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(TESTS)
    plain = ("-p", "simulators.pytest_plugin", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:playwright")
    command = [sys.executable, "-m", "pytest", "-q", *plain, "--rootdir", str(tmp_path), str(tmp_path)]

    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
