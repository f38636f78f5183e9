"""Who may ask the simulator to sign people in: client ids, secrets and redirect URIs."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEMO_ID, DEMO_SECRET = "shop", "the secret of the shop"  # opens nothing but the simulator
KIOSK_ID, KIOSK_SECRET = "kiosk", "simulated-client-secret-for-kiosk"
PREFIX = "KIOSK_OAUTH__"
CALLBACK = re.compile(r"(/[A-Za-z0-9_-]+)*/callback(/[A-Za-z0-9_-]+)?")


@dataclass(frozen=True)
class Client:
    """A registered client. Without redirect URIs any on a loopback port will do that ends with `/callback` or
    `/callback/NAME`.
    """

    id: str
    secret: str = field(repr=False)
    redirects: frozenset[str] = frozenset()
    signed_out: frozenset[str] = frozenset()
    """Where a browser may go after it was signed out."""
    logout_uri: str = ""
    """Where it is told that a person signed out (`backchannel_logout_uri`)."""
    id_token_alg: str = "RS256"
    userinfo_alg: str | None = None
    """How its userinfo is signed; None: it is plain JSON."""

    @property
    def label(self) -> str:
        return self.id.replace("-", " ").replace("_", " ").title()

    def knows(self, uri: str) -> bool:
        """Exact comparison of strings, as RFC 9700 section 2.1 demands; the only leeway is for no registration."""
        return uri in self.redirects if self.redirects else _loopback_callback(uri)

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it, with its secret."""
        return {**asdict(self), "redirects": sorted(self.redirects), "signed_out": sorted(self.signed_out)}

    def proves(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret.encode(), secret.encode())


def read_client(told: Mapping[str, Any]) -> Client:
    """What `as_dict` has written."""
    return Client(**{**told, **{name: frozenset(told[name]) for name in ("redirects", "signed_out")}})


def _loopback_callback(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # asking for it is what checks it
    except ValueError:
        return False
    allowed = parts.hostname in LOOPBACK and uri == f"{parts.scheme}://{parts.netloc}{parts.path}"
    return (
        allowed and parts.scheme in ("http", "https") and "@" not in uri and CALLBACK.fullmatch(parts.path) is not None
    )


def registered(environ: Mapping[str, str], port: int) -> dict[str, Client]:
    """The clients that Kiosk's own settings name for a provider on this port, or else those of the demo.

    A provider `KIOSK_OAUTH__<name>__ISSUER` on a loopback host with this port registers
    `KIOSK_OAUTH__<name>__CLIENT_ID` and `…__CLIENT_SECRET`, for both callbacks below `KIOSK_PUBLIC_URL`.
    """
    clients: dict[str, Client] = {}
    for key, issuer in environ.items():
        name = key.removeprefix(PREFIX).removesuffix("__ISSUER")
        if key != f"{PREFIX}{name}__ISSUER" or not _is_here(issuer, port):
            continue
        number = environ.get(f"{PREFIX}{name}__CLIENT_ID", KIOSK_ID)
        secret = environ.get(f"{PREFIX}{name}__CLIENT_SECRET", KIOSK_SECRET)
        earlier = clients.get(number, Client(number, secret))
        clients[number] = Client(number, secret, earlier.redirects | _callbacks(environ, name))
    demo = ((DEMO_ID, DEMO_SECRET), (KIOSK_ID, KIOSK_SECRET))
    return clients or {number: Client(number, secret) for number, secret in demo}


def _is_here(issuer: str, port: int) -> bool:
    try:
        parts = urlsplit(issuer)
        where = parts.hostname, parts.port
    except ValueError:
        return False
    host = where[0] or ""
    # RFC 6761, section 6.3: so is every name under localhost. Containers find one another by such names.
    return (host in LOOPBACK or host.endswith(".localhost")) and where[1] == port


def _callbacks(environ: Mapping[str, str], name: str) -> frozenset[str]:
    public = environ.get("KIOSK_PUBLIC_URL", "").rstrip("/")
    if not public:
        return frozenset()
    return frozenset({f"{public}/oauth/callback", f"{public}/oauth/callback/{name}"})


def parse_clients(specs: list[str], redirects: list[str]) -> dict[str, Client]:
    """The command line's `--client ID:SECRET` and `--redirect-uri URI`; each URI is registered for every client."""
    clients = {}
    for spec in specs or [f"{DEMO_ID}:{DEMO_SECRET}"]:
        number, separator, secret = spec.partition(":")
        if not (number and separator and secret):
            raise ValueError("--client wants ID:SECRET")
        clients[number] = Client(number, secret, frozenset(redirects))
    return clients
