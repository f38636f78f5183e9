"""Addresses of the web, as settings give them."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def split(url: str) -> SplitResult:
    """The parts of `url`; all of them are empty where it is not a URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # asking for it is what checks it
    except ValueError:
        return urlsplit("")
    return parts


def is_origin(url: str) -> bool:
    """Whether `url` is exactly what a browser sends as Origin: the two are compared as text."""
    parts = split(url)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme)
    plain = parts.netloc == parts.netloc.lower() and "@" not in parts.netloc and bool(parts.hostname)
    return (
        usual is not None
        and plain
        and not parts.netloc.endswith((":", usual))
        and url == f"{parts.scheme}://{parts.netloc}"
    )


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine."""
    host = split(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
