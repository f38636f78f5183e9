"""Where a request comes from: the one function that limits, sessions, the audit trail and logs use."""

import ipaddress
from functools import cache, lru_cache
from itertools import chain

from flask import request

from app.runtime.config import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address() -> str:
    """The address of the client of this request, at most 39 characters; empty where it has none.

    Any client may write an X-Forwarded-For. It counts as far as our own proxies wrote it: from the right, up to and
    including the first hop that is not a proxy of ours. A hop that is not an address ends the walk at the one before.
    """
    return _client(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), settings().trusted_proxies)


@lru_cache(1024)  # a request asks several times, and a client comes again
def _client(peer: str, forwarded: str, proxies: str) -> str:
    trusted = networks(proxies)
    client: Address | None = None
    for hop in chain([peer], reversed(forwarded.split(","))):
        address = parsed(hop)
        if address is None:
            break
        client = address
        if not any(address in network for network in trusted):
            break
    return str(client or "")


def client_network() -> str:
    """What one client can send from: an IPv4 address, or a /64 of IPv6, the least that a provider assigns."""
    return network(client_address())


def network(address: str, prefix: int = 64) -> str:
    """The network of an IPv6 address; an IPv4 address stands for itself."""
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False)) if ":" in address else address


def parsed(hop: str) -> Address | None:
    """The address in a hop, without the port or the brackets that some proxies write with it; None where it is none.

    An IPv4 address that is mapped into IPv6 is IPv4. A scope is left out: a client may make it as long as it likes.
    """
    bare = hop.strip().strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or ipaddress.IPv6Address(int(address))
    return address


@cache
def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises ValueError."""
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def authority(host: str) -> str:
    """A host as it stands before a port: an address of IPv6 in brackets (RFC 3986, section 3.2.2)."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
