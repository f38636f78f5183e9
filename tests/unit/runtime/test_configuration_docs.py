"""docs/configuration.md and app/runtime/config.py name the same settings, with the same defaults."""

import re

import msgspec

from app.runtime.config import (
    KeepDays,
    OAuthProvider,
    PaymentsAccount,  # feature: shop
    Settings,
)
from tests.processes import ROOT

PAGE = ROOT / "docs" / "configuration.md"
GROUPS = {
    "KEEP_DAYS": ("KEEP_DAYS__", KeepDays),
    "OAUTH": ("OAUTH__<name>__", OAuthProvider),
    "PAYMENTS": ("PAYMENTS__", PaymentsAccount),  # feature: shop
}


def documented() -> dict[str, str]:
    """Each setting's default, as the page words it."""
    rows = re.findall(r"^\| `(KIOSK_[^`]+)` \|[^|]+\| ([^|]+) \|", PAGE.read_text(), re.MULTILINE)
    assert len(dict(rows)) == len(rows), "a setting stands there twice"
    return dict(rows)


def settings() -> dict[str, str]:
    """Each setting's default, as the page has to word it."""
    found = {}
    for field in msgspec.structs.fields(Settings):
        prefix, group = GROUPS.get(field.encode_name, ("", None))
        for each in msgspec.structs.fields(group) if group else [field]:
            found[f"KIOSK_{prefix}{each.encode_name}"] = worded(each.default)
    return found


def worded(default: object) -> str:
    if default is msgspec.NODEFAULT:
        return "required"
    if isinstance(default, bool):
        return f"`{default}`".lower()
    return "empty" if default == "" else f"`{default}`"


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    assert sorted(documented()) == sorted(settings())


def test_every_default_is_the_one_that_holds() -> None:
    assert documented() == settings()
