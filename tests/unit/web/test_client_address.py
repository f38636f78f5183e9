"""Where a request comes from, whatever its headers say."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from app.web import client_address as module
from app.web.client_address import client_address, client_network, networks, parsed

PROXIES = "10.0.0.0/8, 2001:db8:aa::/48"


@pytest.fixture
def seen(monkeypatch):
    """`seen("10.0.0.1", "1.2.3.4")` is where a request of that peer with that X-Forwarded-For comes from."""

    def request(peer, forwarded=None, trusted=PROXIES, ask=client_address):
        headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
        builder = EnvironBuilder(headers=headers, environ_overrides={"REMOTE_ADDR": peer})
        monkeypatch.setattr(module, "request", Request(builder.get_environ()))
        monkeypatch.setattr(module, "settings", lambda: type("", (), {"trusted_proxies": trusted}))
        return ask()

    return request


def test_without_a_proxy_it_is_the_peer(seen):
    assert seen("203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("trusted", ["", PROXIES])
def test_what_a_stranger_says_of_himself_counts_for_nothing(seen, trusted):
    assert seen("203.0.113.9", "198.51.100.1", trusted) == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1,10.9.9.9 , 2001:db8:aa::7", "198.51.100.1"),
        ("10.1.1.1, 10.9.9.9", "10.1.1.1"),
        ("198.51.100.1:41234", "198.51.100.1"),
        ("[2001:db8:bb::1]:443", "2001:db8:bb::1"),
        ('"[2001:db8:bb::1]"', "2001:db8:bb::1"),
        ("2001:DB8:BB:0::1", "2001:db8:bb::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_behind_a_proxy_it_is_the_last_hop_that_is_no_proxy(seen, forwarded, client):
    assert seen("10.0.0.1", forwarded) == client


@pytest.mark.parametrize(
    "forwarded",
    [
        "",
        ",",
        "unknown",
        "6.6.6.6, _hidden",
        "1.2.3.4.5",
        "1.2.3",
        "[",
        "[::1",
        "999.1.1.1",
        "::g",
        "\x00",
        "é",
        "1" * 9999,
    ],
)
def test_what_is_no_address_leaves_the_proxy_that_passed_it_on(seen, forwarded):
    found = seen("10.0.0.1", forwarded)

    assert found == "10.0.0.1" or (forwarded == "[::1" and found == "::1")


def test_a_peer_without_an_address_has_none(seen):
    assert seen("") == ""
    assert seen("", "198.51.100.1") == ""


def test_the_scope_of_an_address_which_may_be_of_any_length_is_left_out():
    assert str(parsed("fe80::1%" + "e" * 500)) == "fe80::1"


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
    ],
)
def test_a_client_is_counted_by_its_address_or_its_slash_64(seen, peer, network):
    assert seen(peer, ask=client_network) == network


def test_networks_are_separated_by_commas():
    assert [str(each) for each in networks(" 10.0.0.7, 192.168.0.0/24 ,::1,")] == [
        "10.0.0.7/32",
        "192.168.0.0/24",
        "::1/128",
    ]
