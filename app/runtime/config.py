"""Every setting of Kiosk: its name, its default and the check at start. The only reader of the environment."""

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import SplitResult, urlsplit

import msgspec
from flask import Config, Flask, current_app

from app.runtime import email_address
from app.stripe import currencies

ROOT = Path(__file__).parents[2]
"""The checkout, with the parts that are no Python: migrations, demo data, the built page."""

PREFIX = "KIOSK"
MIN_SECRET_BYTES = 32
PLACEHOLDERS = ("change", "secret", "password", "placeholder", "example", "your-", "dev")

SENDER = re.compile(r'(?P<bare>[^<>]+)|[^"(),:;<>@\[\\\]\x00-\x1f\x7f]*<(?P<named>[^<>]+)>')
"""An address, maybe with a name before it that means nothing to a mail server."""

MISSPELT = 0.75
"""How alike two names are, as difflib counts it, of which one is meant to be the other."""

Env = Literal["development", "test", "staging", "production"]
Secret = str

ProviderKind = Literal[
    "oidc",
    "github",  # feature: github
]


class ConfigError(Exception):
    """A configuration that Kiosk refuses to start with; each problem names the setting and the mend."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


class OAuthProvider(msgspec.Struct, frozen=True, rename=str.upper, forbid_unknown_fields=True):
    issuer: str
    client_id: str
    client_secret: Secret
    label: str = ""
    kind: ProviderKind = "oidc"
    trust_email: bool = False

    def __repr__(self) -> str:
        return f"OAuthProvider({self.issuer!r})"


class PaymentsAccount(msgspec.Struct, frozen=True, rename=str.upper, forbid_unknown_fields=True):
    api_base: str = "https://api.stripe.com"
    secret_key: Secret = ""
    webhook_secret: Secret = ""

    def __repr__(self) -> str:
        return f"PaymentsAccount({self.api_base!r})"

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """All that are current; two of them while one replaces the other."""
        return _listed(self.webhook_secret)


class Settings(msgspec.Struct, frozen=True, rename=str.upper):
    secret_key: Secret
    jwt_secret_key: Secret
    public_url: str
    env: Env = "production"
    sqlalchemy_database_uri: str = "sqlite:///kiosk.db"
    redis_url: str = ""
    trusted_proxies: str = ""
    secret_key_fallbacks: Secret = ""
    jwt_secret_key_fallbacks: Secret = ""
    oauth: dict[str, OAuthProvider] = {}
    oauth_default: str = ""
    payments: PaymentsAccount = PaymentsAccount()
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")] = "EUR"
    hold_minutes: Annotated[int, msgspec.Meta(ge=1, le=720)] = 30
    max_unpaid_orders: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1000
    password_min_length: Annotated[int, msgspec.Meta(ge=8, le=256)] = 15
    mail_url: Secret = ""
    mail_from: str = ""
    mails_an_hour: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 60
    log_file: str = ""
    metrics_token: Secret = ""
    otlp_endpoint: str = ""
    drain_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 2

    def __repr__(self) -> str:
        return f"Settings(env={self.env!r}, public_url={self.public_url!r})"

    @property
    def secret_keys(self) -> tuple[Secret, ...]:
        """The one that is written with, then those that are still good for reading."""
        return (self.secret_key, *_listed(self.secret_key_fallbacks))

    @property
    def jwt_secret_keys(self) -> tuple[Secret, ...]:
        """As `secret_keys`."""
        return (self.jwt_secret_key, *_listed(self.jwt_secret_key_fallbacks))

    @property
    def default_provider(self) -> str:
        return self.oauth_default or next(iter(self.oauth), "")

    @property
    def sender(self) -> str:
        """Whom mails are from: an address, maybe with a name before it."""
        host = "localhost" if is_loopback(self.public_url) else _split(self.public_url).hostname
        return self.mail_from or f"Kiosk <kiosk@{host}>"

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")


def settings() -> Settings:
    """The settings of the application at work."""
    found: Settings = current_app.extensions["settings"]
    return found


def load(config: Config, given: Mapping[str, Any] | None) -> Settings:
    """Fill `config` from the environment, then from `given`, and check the whole.

    Raises ConfigError with every problem found, not just the first.
    """
    # Values stay text until their type is known: read as JSON, a client id of digits would turn into a number.
    config.from_prefixed_env(PREFIX, loads=str)
    if "SQLALCHEMY_DATABASE_URI" not in config and os.environ.get("DATABASE_URL"):
        config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    config.from_mapping(given or {})
    config.setdefault("SQLALCHEMY_DATABASE_URI", "sqlite:///kiosk.db")
    known = {field.encode_name for field in msgspec.structs.fields(Settings)}
    values = {name: value for name, value in config.items() if name in known and value is not None}
    unknown = list(_unknown(os.environ))
    missing = [name for name in ("SECRET_KEY", "JWT_SECRET_KEY", "PUBLIC_URL") if not values.get(name)]
    if missing:
        raise ConfigError([*unknown, *(f"{PREFIX}_{name} is not set: {MENDS[name]}" for name in missing)])
    try:
        found = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError([*unknown, _wrong_form(error)]) from error
    problems = [*unknown, *check(found, debug=bool(config.get("DEBUG")))]
    if problems:
        raise ConfigError(problems)
    config["SECRET_KEY_FALLBACKS"] = list(found.secret_keys[1:])  # Flask knows it too, and as a list
    return found


def names(shape: type[msgspec.Struct] = Settings, prefix: str = f"{PREFIX}_") -> Iterator[str]:
    """Every setting, such as `KIOSK_ENV` and `KIOSK_OAUTH__<name>__ISSUER`."""
    for field in msgspec.structs.fields(shape):
        name, kind = prefix + field.encode_name, field.type
        if get_origin(kind) is dict:
            yield from names(get_args(kind)[1], f"{name}__<name>__")
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            yield from names(kind, f"{name}__")
        else:
            yield name


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    """A setting that is misspelt would be left at its default, and nobody would know; one of Flask's would count.

    What is like neither is somebody else's, such as the variables that Kubernetes sets beside a service named kiosk.
    """
    known = {name.removeprefix(f"{PREFIX}_"): name for name in names()}
    forms = re.compile("|".join(re.escape(name).replace("<name>", r"\w+?") for name in known.values()))
    for name in sorted(environment):
        if not name.startswith(f"{PREFIX}_") or forms.fullmatch(name):
            continue
        bare = name.removeprefix(f"{PREFIX}_")
        if near := get_close_matches(bare, known, n=1, cutoff=MISSPELT):
            yield f"{name} is no setting of Kiosk: is {known[near[0]]} meant?"
        elif bare in Flask.default_config:
            yield f"{name} is no setting of Kiosk: docs/configuration.md lists them all; unset it"


def _wrong_form(error: msgspec.ValidationError) -> str:
    """msgspec's "Expected `int` >= 1 - at `$.HOLD_MINUTES`", under the name that it is set by."""
    message, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`").replace("[...]", "__<name>").replace(".", "__")
    return f"{PREFIX}_{name} has the wrong form: {message}"


RANDOM = 'give it 32 random bytes, as from `python3 -c "import secrets; print(secrets.token_urlsafe(32))"`'
MENDS = {
    "SECRET_KEY": RANDOM,
    "JWT_SECRET_KEY": RANDOM,
    "PUBLIC_URL": "give it the address that browsers use, such as https://shop.example",
}


def check(found: Settings, *, debug: bool) -> Iterator[str]:
    """What is wrong, in words; nothing where all is well."""
    yield from _check_secrets(found)
    yield from _check_proxies(found)
    yield from _check_urls(found)
    yield from _check_mail(found)
    if found.currency not in currencies.SUPPORTED:
        yield (
            f"KIOSK_CURRENCY is {found.currency}, in which the payment provider takes no payments: "
            "take one that https://docs.stripe.com/currencies lists"
        )
    if found.oauth_default and found.oauth_default not in found.oauth:
        yield f"KIOSK_OAUTH_DEFAULT names {found.oauth_default!r}: set KIOSK_OAUTH__{found.oauth_default}__ISSUER too"
    if found.env in ("staging", "production") and not found.payments.secret_key:
        yield "KIOSK_PAYMENTS__SECRET_KEY is not set: without it no order can be paid"
    if found.env in ("staging", "production") and debug:
        yield f"debug is on in {found.env}: unset FLASK_DEBUG"


def _check_secrets(found: Settings) -> Iterator[str]:
    uses = {
        "KIOSK_SECRET_KEY": found.secret_keys[:1],
        "KIOSK_JWT_SECRET_KEY": found.jwt_secret_keys[:1],
        "KIOSK_SECRET_KEY_FALLBACKS": found.secret_keys[1:],
        "KIOSK_JWT_SECRET_KEY_FALLBACKS": found.jwt_secret_keys[1:],
    }
    seen: dict[str, str] = {}
    for name, value in ((name, value) for name, values in uses.items() for value in values):
        if len(value.encode()) < MIN_SECRET_BYTES:
            yield f"{name} is shorter than {MIN_SECRET_BYTES} bytes: {RANDOM}"
        elif value.lower().startswith(PLACEHOLDERS) or len(set(value)) < 8:  # noqa: PLR2004 -- fewer is a pattern
            yield f"{name} is a placeholder: {RANDOM}"
        elif value in seen:
            yield f"{name} is a key that {seen[value]} has already: give each its own"
        seen[value] = name


def _check_proxies(found: Settings) -> Iterator[str]:
    for each in _listed(found.trusted_proxies):
        try:
            ipaddress.ip_network(each)
        except ValueError:
            yield (
                f"KIOSK_TRUSTED_PROXIES holds {each!r}, which is no address and no network: "
                "write them like 10.0.0.7, 192.168.0.0/24, separated by commas"
            )


def _check_urls(found: Settings) -> Iterator[str]:
    if not _is_origin(found.public_url):
        yield (
            "KIOSK_PUBLIC_URL is no origin: write it as browsers do, like https://shop.example, in lower case, "
            "without a path, a slash at the end, or a port that goes without saying"
        )
    elif found.https:
        pass
    elif found.env == "production":
        yield "KIOSK_PUBLIC_URL is plain http in production: put the shop behind https"
    elif not is_loopback(found.public_url):
        yield "KIOSK_PUBLIC_URL is plain http on a host that is not this machine: put the shop behind https"
    if found.otlp_endpoint and _split(found.otlp_endpoint).scheme not in ("http", "https"):
        yield "KIOSK_OTLP_ENDPOINT is no address: write it like http://collector:4318"
    providers = {f"KIOSK_OAUTH__{name}__ISSUER": each.issuer for name, each in found.oauth.items()}
    for name, url in {**providers, "KIOSK_PAYMENTS__API_BASE": found.payments.api_base}.items():
        parts = _split(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            yield f"{name} is no address: write it like https://provider.example"
        elif is_loopback(url) and found.env == "production":
            yield f"{name} is on this machine, which only a simulator is: use the real provider, or KIOSK_ENV=staging"
        elif parts.scheme == "http" and not is_loopback(url):
            yield f"{name} is plain http: use https"


def _check_mail(found: Settings) -> Iterator[str]:
    parts = _split(found.mail_url)
    more = parts.path.rstrip("/") or parts.query or parts.fragment
    if found.mail_url and (parts.scheme not in ("smtp", "smtps") or not parts.hostname or more):
        yield "KIOSK_MAIL_URL is no mail server: write it like smtp://mail.example:587, or smtps://user:password@mail.example"
    elif found.mail_url and bool(parts.username) != bool(parts.password):
        yield "KIOSK_MAIL_URL has a user without a password, or the other way round: write smtps://user:password@host"
    if not _is_sender(found.sender):
        yield "KIOSK_MAIL_FROM is no address: write it like shop@mail.example, or My shop <shop@mail.example>"


def _is_sender(text: str) -> bool:
    if (found := SENDER.fullmatch(text)) is None:
        return False
    try:
        email_address.wire(found["bare"] or found["named"])
    except email_address.NoMailbox:
        return False
    return True


def _is_origin(url: str) -> bool:
    """Whether `url` is what a browser sends as Origin, to the letter: they are compared."""
    parts = _split(url)
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme)
    plain = parts.netloc == parts.netloc.lower() and "@" not in parts.netloc and bool(parts.hostname)
    return (
        usual is not None
        and plain
        and not parts.netloc.endswith((":", usual))
        and url == f"{parts.scheme}://{parts.netloc}"
    )


def _split(url: str) -> SplitResult:
    """The parts of `url`; all of them empty where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # asking for it is what checks it
    except ValueError:
        return urlsplit("")
    return parts


def announce(name: str, value: str) -> None:
    """Set a variable that a library reads by itself, for this process and those it starts."""
    os.environ[name] = value


def environment(values: Mapping[str, Any]) -> dict[str, str]:
    """The environment for a process of ours: this one's, and these settings instead of any of Kiosk's in it."""
    others = {name: value for name, value in os.environ.items() if not name.startswith((f"{PREFIX}_", "DATABASE_URL"))}
    return others | dict(_flat(PREFIX + "_", values))


def _flat(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}__", value)
        else:
            yield prefix + name, str(value)


def is_loopback(url: str) -> bool:
    """Whether `url` names this very machine."""
    host = _split(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
