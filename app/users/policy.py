"""Which passwords are good enough. Every service that sets a password asks first.

Source: https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
"""

import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, current_app

from app.runtime.config import Settings
from app.runtime.errors import Invalid
from app.runtime.languages import Sentence
from app.users.models import key
from app.users.passwords import normalised

MAX_LENGTH = 256
WITH_SECOND_FACTOR = 8
"""The least number of characters where a second factor is asked for too."""

COMMON = Path(__file__).with_name("common-passwords.txt.gz")
"""Made by scripts/common_passwords.py; common-passwords.LICENSE says whose list it is."""

SHORTEST_NAME = 3
"""Characters. A shorter name is part of too many words to be looked for."""


def check_policy(
    settings: Settings, password: str, *names: str | None, has_second_factor: bool = False, field: str = "password"
) -> None:
    """`names` are the person's, such as username and email, and the shop's: no password may hold one.

    Raises Invalid for `field`.
    """
    least = WITH_SECOND_FACTOR if has_second_factor else settings.password_min_length
    password = normalised(password)
    if not least <= len(password) <= MAX_LENGTH:
        raise Invalid.field(
            field, Sentence("Use at least {least} characters and at most {most}.", least=least, most=MAX_LENGTH)
        )
    known = [(name or "").partition("@")[0] for name in names]
    shop = ["kiosk", urlsplit(settings.public_url).hostname or ""]
    if any(len(each) >= SHORTEST_NAME and key(each) in key(password) for each in known + shop):
        raise Invalid.field(field, "Choose one that does not hold your name or the shop's: those are tried first.")
    if {password.casefold(), _repeated(password.casefold())} & common():
        raise Invalid.field(field, "Choose one that is not so common: this one is among the first that are tried.")


def _repeated(text: str) -> str:
    """The part that `text` repeats: `ab` of `ababab`. The whole text where nothing repeats."""
    return text[: (text + text).index(text, 1)]


@cache
def common() -> frozenset[str]:
    return frozenset(gzip.decompress(COMMON.read_bytes()).decode().split("\n")) - {""}


def shop_name() -> str:
    """The name that the owner has given to the shop; empty where there is none."""
    name: str = current_app.extensions["shop_name"]()
    return name


def init_app(app: Flask, shop_name: Callable[[], str] = lambda: "") -> None:
    app.extensions["shop_name"] = shop_name
