"""Every setting of Kiosk, with its name and its default, and how they are loaded. Alone reads the environment.

What is checked of them is in `config_checks.py` and in each feature's `checks.py`;
SETTINGS_CHECKS in app/__init__.py lists the checks.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from flask import Config, Flask, current_app

from app.runtime import urls
from app.runtime.languages import DEFAULT, Language

ROOT = Path(__file__).parents[2]
"""The checkout, with the parts that are no Python: migrations, demo data, the built page."""

PREFIX = "KIOSK"
MISSPELT = 0.75
"""How similar two names are, by difflib's ratio, when one is taken for a misspelling of the other."""

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


def listed(text: str) -> tuple[str, ...]:
    """The parts of a text with commas, without spaces around them."""
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


# feature: shop {
class PaymentsAccount(msgspec.Struct, frozen=True, rename=str.upper, forbid_unknown_fields=True):
    api_base: str = "https://api.stripe.com"
    secret_key: Secret = ""
    webhook_secret: Secret = ""

    def __repr__(self) -> str:
        return f"PaymentsAccount({self.api_base!r})"

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """All that are valid: two of them while one replaces the other."""
        return listed(self.webhook_secret)


# }
class KeepDays(msgspec.Struct, frozen=True, rename=str.upper, forbid_unknown_fields=True):
    """For how many days what is over is kept. Chores delete it then."""

    audit_trail: Annotated[int, msgspec.Meta(ge=30, le=36_500)] = 730
    events: Annotated[int, msgspec.Meta(ge=31, le=90)] = 90  # feature: shop
    findings: Annotated[int, msgspec.Meta(ge=30, le=36_500)] = 730  # feature: shop
    mails: Annotated[int, msgspec.Meta(ge=7, le=3650)] = 90
    oauth_requests: Annotated[int, msgspec.Meta(ge=1, le=30)] = 1
    refresh_tokens: Annotated[int, msgspec.Meta(ge=1, le=30)] = 7
    sessions: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 1


class Settings(msgspec.Struct, frozen=True, rename=str.upper):
    secret_key: Secret
    jwt_secret_key: Secret
    public_url: str
    env: Env = "production"
    sqlalchemy_database_uri: str = "sqlite:///kiosk.db"
    database_connections: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 80
    processes: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 5
    redis_url: str = ""
    trusted_proxies: str = ""
    secret_key_fallbacks: Secret = ""
    jwt_secret_key_fallbacks: Secret = ""
    oauth: dict[str, OAuthProvider] = {}
    oauth_default: str = ""
    payments: PaymentsAccount = PaymentsAccount()  # feature: shop
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")] = "EUR"  # feature: shop
    hold_minutes: Annotated[int, msgspec.Meta(ge=1, le=720)] = 30  # feature: shop
    max_unpaid_orders: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1000  # feature: shop
    collect_address: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2}( *, *[A-Z]{2})*)?\Z")] = ""  # feature: shop
    collect_phone: bool = False  # feature: shop
    shipping_rates: Annotated[str, msgspec.Meta(pattern=r"^(shr_\w+( *, *shr_\w+)*)?\Z")] = ""  # feature: shop
    automatic_tax: bool = False  # feature: shop
    promotion_codes: bool = False  # feature: shop
    invoices: bool = False  # feature: shop
    max_unpaid_units: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 5000  # feature: shop
    max_unverified_units: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 500  # feature: shop
    password_min_length: Annotated[int, msgspec.Meta(ge=8, le=256)] = 15
    mail_url: Secret = ""
    mail_from: str = ""
    staff_mail: str = ""  # feature: shop
    time_zone: str = "UTC"
    language: Language = DEFAULT
    mails_an_hour: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 60
    log_file: str = ""
    metrics_token: Secret = ""
    otlp_endpoint: str = ""
    drain_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 2
    keep_days: KeepDays = KeepDays()

    def __repr__(self) -> str:
        return f"Settings(env={self.env!r}, public_url={self.public_url!r})"

    @property
    def secret_keys(self) -> tuple[Secret, ...]:
        """The key that is written with, then those that are still accepted for reading."""
        return (self.secret_key, *listed(self.secret_key_fallbacks))

    @property
    def jwt_secret_keys(self) -> tuple[Secret, ...]:
        """As `secret_keys`."""
        return (self.jwt_secret_key, *listed(self.jwt_secret_key_fallbacks))

    @property
    def pool_size(self) -> int:
        """How many connections to PostgreSQL one process may have."""
        return max(1, self.database_connections // self.processes)

    @property
    def default_provider(self) -> str:
        return self.oauth_default or next(iter(self.oauth), "")

    @property
    def sender(self) -> str:
        """The sender of mails: an address, perhaps with a name before it."""
        host = "localhost" if urls.is_loopback(self.public_url) else urls.split(self.public_url).hostname
        return self.mail_from or f"Kiosk <kiosk@{host}>"

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")


def settings() -> Settings:
    """Those of the current application."""
    loaded: Settings = current_app.extensions["settings"]
    return loaded


Check = Callable[[Settings], Iterable[str]]
"""What is wrong with the settings: each problem names the setting, and after a colon the mend."""


def load(config: Config, given: Mapping[str, Any] | None, checks: Iterable[Check]) -> Settings:
    """Fill `config` from the environment, then from `given`, and check the settings.

    Raises ConfigError with all problems, not just the first.
    """
    # Values stay text until their type is known. Read as JSON, a client id of digits would become a number.
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
        loaded = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError([*unknown, _wrong_form(error)]) from error
    problems = [*unknown, *(problem for check in checks for problem in check(loaded))]
    if loaded.env in ("staging", "production") and config.get("DEBUG"):
        problems.append(f"debug is on in {loaded.env}: unset FLASK_DEBUG")
    if problems:
        raise ConfigError(problems)
    config["SECRET_KEY_FALLBACKS"] = list(loaded.secret_keys[1:])  # Flask has this setting too, as a list
    return loaded


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
    """A misspelt setting would be left at its default without a word, and a setting of Flask's would take effect.

    Other variables are not ours, such as those that Kubernetes sets beside a service named kiosk.
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
    """msgspec's "Expected `int` >= 1 - at `$.HOLD_MINUTES`", with the name of the variable."""
    message, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`").replace("[...]", "__<name>").replace(".", "__")
    return f"{PREFIX}_{name} has the wrong form: {message}"


RANDOM = 'give it 32 random bytes, as from `python3 -c "import secrets; print(secrets.token_urlsafe(32))"`'
MENDS = {
    "SECRET_KEY": RANDOM,
    "JWT_SECRET_KEY": RANDOM,
    "PUBLIC_URL": "give it the address that browsers use, such as https://shop.example",
}
