"""`next=` leads to a path of the shop, however it is dressed up."""

from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.auth.oauth.flow import local_path

PIECES = st.sampled_from([*"/\\%259abfc.:?#@ \t\n\x00", "%2f", "%5C", "%0a", "evil.example"])
SHOP = "https://shop.example/oauth/callback/acme"
FOREIGN = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/orders\\..",
    "/\tevil.example",
    "/\n/evil.example",
    "/\r\nLocation: //evil.example",
    "/\x00",
    "/\x7f",
    "/\u202eevil",
    "javascript:alert(1)",
    "orders",
    " /orders",
    "?next=/",
]


@pytest.mark.parametrize(
    "path", ["/", "/orders", "/orders/7?page=2#top", "/items/café", "/a%20b", "/search?q=100%25", "/search?q=a//b"]
)
def test_a_path_of_the_shop_is_kept_as_it_is(path):
    assert local_path(path) == path


@pytest.mark.parametrize("wished", [None, ""])
def test_no_wish_is_the_start_page(wished):
    assert local_path(wished) == "/"


@pytest.mark.parametrize("wished", FOREIGN)
@pytest.mark.parametrize("times", [0, 1, 2, 3, 6])
def test_what_leads_elsewhere_is_the_start_page_in_any_encoding(wished, times):
    tail = wished.removeprefix("/")
    for _ in range(times):
        tail = quote(tail, safe="")
    dressed = "/" + tail if wished.startswith("/") else tail

    assert local_path(dressed) == "/"


def test_a_path_longer_than_can_be_kept_is_the_start_page():
    assert local_path("/" + "a" * 2000) == "/"
    assert local_path("/" + "%25" * 700) == "/"


@given(st.text() | st.lists(PIECES).map("".join))
@example("/%252525252fevil.example")
@example("/%2525255cevil.example")
def test_whatever_comes_the_browser_stays_in_the_shop(wished):
    path = local_path(wished)

    plain = path
    for _ in range(12):
        assert plain.startswith("/")
        assert not plain.startswith(("//", "/\\"))
        assert "\\" not in plain
        assert plain.isprintable()
        assert urlsplit(urljoin(SHOP, plain)).netloc == "shop.example"
        plain = unquote(plain)
