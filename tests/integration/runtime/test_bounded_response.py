"""Answers from outside that are longer than any that makes sense, packed or not, are not read to their end."""

import gzip
import json
import tracemalloc
import zlib
from functools import cache

import httpx
import pytest

from app.auth.oauth import providers
from app.runtime import outbound
from app.runtime.async_bridge import bridge
from app.runtime.config import OAuthProvider
from app.stripe import gateway as payments  # feature: shop
from app.stripe.errors import Unknown  # feature: shop
from app.stripe.gateway import gateway  # feature: shop
from tests.attacks import came_of
from tests.integration.auth.oauth.acme import Journey, assert_refused
from tests.settings import (
    CLIENT_ID,
    CLIENT_SECRET,
    PAYMENTS,  # feature: shop
)

pytestmark = pytest.mark.any_database

MEGABYTE = 1024 * 1024
GITHUB = "https://github.example"


@cache
def bomb(megabytes=512, wbits=31):
    """So much JSON, which comes as a thousandth of it: as gzip, or as deflate with `wbits` of 15.

    One megabyte is packed, and stands there so often. The checksum at the end is wrong: nobody may read so far.
    """
    packer = zlib.compressobj(9, wbits=wbits)

    def part(text):
        return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)

    return part(b'{"keys": "') + part(b" " * MEGABYTE) * megabytes + packer.compress(b'"}') + packer.flush()


def packed(content, status=200, encoding="gzip"):
    return httpx.Response(status, headers={"Content-Encoding": encoding}, stream=Whole(content))


class Whole(httpx.AsyncByteStream):
    """As it comes from the wire. httpx would unpack `content` as soon as the answer is made."""

    def __init__(self, content):
        self.content = content

    async def __aiter__(self):
        for begin in range(0, len(self.content), 65536):
            yield self.content[begin : begin + 65536]


def nested():
    return packed(gzip.compress(bomb()), encoding="gzip, gzip")


class Endless(httpx.AsyncByteStream):
    """64 MB, which is for ever; `given` is how much was taken of it."""

    def __init__(self, chunk):
        self.chunk, self.given = chunk, 0

    async def __aiter__(self):
        while self.given < 64 * MEGABYTE:
            self.given += len(self.chunk)
            yield self.chunk


HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
EMPTY = b"\x00\x00\x00\xff\xff"  # a block of deflate that holds nothing
LONG = {
    "a gzip bomb": lambda: packed(bomb()),
    "a gzip bomb by its old name": lambda: packed(bomb(), encoding="X-Gzip"),
    "a gzip bomb in gzip": nested,
    "a deflate bomb": lambda: packed(bomb(wbits=15), encoding="deflate"),
    "an endless answer": lambda: httpx.Response(200, stream=Endless(b" " * 65536)),
    "an endless gzip that holds nothing": lambda: httpx.Response(
        200, headers={"Content-Encoding": "gzip"}, stream=Endless(HEAD + EMPTY * 10_000)
    ),
    "packed as nobody asked": lambda: packed(b"\x00" * 100, encoding="br"),
    "no gzip at all": lambda: packed(b"{}"),
}


@pytest.fixture
def peak():
    """`peak()` is how much memory was in use at most since the test began, in bytes."""
    bomb(), bomb(wbits=15)
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.mark.parametrize("place", ["discovery", "jwks", "token", "userinfo"])
@pytest.mark.parametrize("answer", LONG.values(), ids=LONG)
@pytest.mark.attack
def test_an_answer_of_a_provider_that_has_no_end_signs_nobody_in(journey, acme, place, answer, peak):
    if place == "discovery":
        acme.faults[place] = answer()
        response = journey.browser.get("/oauth/login/acme")
    else:
        journey.leave()
        acme.faults[place] = answer()
        response = journey.come_back()

    assert_refused(response, "oauth_failed")
    assert peak() < 24 * MEGABYTE


@pytest.mark.parametrize("status", [302, 400, 401, 404, 500, 503])
@pytest.mark.parametrize("place", ["jwks", "token", "userinfo"])
@pytest.mark.attack
def test_an_error_of_a_provider_may_not_be_longer_either(journey, acme, place, status, peak):
    journey.leave()
    acme.faults[place] = packed(bomb(), status)

    response = journey.come_back()

    assert_refused(response, "oauth_failed")
    assert peak() < 24 * MEGABYTE


# feature: github {
@pytest.mark.parametrize("path", ["/login/oauth/access_token", "/api/v3/user", "/api/v3/user/emails"])
@pytest.mark.attack
def test_githubs_answers_are_bounded_too(client, reconfigured, httpx_mock, path, peak):
    reconfigured(oauth={"acme": OAuthProvider(GITHUB, CLIENT_ID, CLIENT_SECRET, kind="github")})
    answers = {
        "/login/oauth/access_token": httpx.Response(200, json={"access_token": "gho_1"}),
        "/api/v3/user": httpx.Response(200, json={"id": 7, "login": "ada"}),
        "/api/v3/user/emails": httpx.Response(200, json=[]),
        path: packed(bomb()),
    }
    for each, answer in answers.items():
        httpx_mock.add_callback(lambda _, answer=answer: answer, url=GITHUB + each, is_optional=True)

    assert_refused(Journey(client).sign_in(), "oauth_failed")
    assert peak() < 24 * MEGABYTE


# }


# feature: shop {
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.attack
def test_an_answer_of_the_payment_provider_that_has_no_end_is_an_unknown_outcome(
    app, httpx_mock, status, peak, monkeypatch
):
    monkeypatch.setattr(payments, "TRIES", 1)
    httpx_mock.add_callback(lambda _: packed(bomb(), status), url=f"{PAYMENTS}/v1/refunds/re_1", is_reusable=True)

    with pytest.raises(Unknown) as caught:
        bridge.run(gateway().get_refund("re_1"))

    came_of(type(caught.value).__name__, "Unknown", at=f"status {status}")
    assert peak() < 6 * payments.MOST_BYTES


# }


def test_no_more_is_taken_of_an_endless_answer_than_may_be_read(journey, acme):
    endless = Endless(b" " * 1000)
    journey.leave()
    acme.faults["userinfo"] = httpx.Response(200, stream=endless)

    assert_refused(journey.come_back(), "oauth_failed")

    assert endless.given <= outbound.MOST_BYTES + 1000


@pytest.mark.parametrize("place", ["discovery", "jwks", "token", "userinfo"])
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZip", "identity, gzip", "", "identity"])
def test_an_answer_may_be_packed_as_it_was_asked_for(journey, client, acme, place, encoding):
    journey.leave()
    acme.published = acme.published * 40  # one that comes in several parts
    content = json.dumps(getattr(acme, f"_{place}")()).encode()
    acme.faults[place] = packed(gzip.compress(content) if "g" in encoding.lower() else content, encoding=encoding)
    providers.configure(client.application, client.application.extensions["settings"])  # as after a restart

    journey.come_back()

    assert client.get("/api/profile").status_code == 200
    assert acme.requests[place][-1].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("place", ["jwks", "token", "userinfo"])
@pytest.mark.attack
def test_a_provider_that_sends_us_elsewhere_is_not_followed(journey, acme, httpx_mock, place):
    journey.leave()
    acme.faults[place] = httpx.Response(307, headers={"Location": "https://evil.example/"})

    response = journey.come_back()

    assert_refused(response, "oauth_failed" if place == "token" else "oauth_unavailable")
    assert not [each for each in httpx_mock.get_requests() if each.url.host == "evil.example"]
