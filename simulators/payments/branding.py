"""How a shop wants its payment page to look: checked, and as the page shows it."""

import re

from simulators.payments import shapes
from simulators.payments.protocol import Refusal, Resource

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
DARK = 0.04045  # up to here sRGB is linear
COLOURS, PICTURES = ("background_color", "button_color"), ("logo", "icon")


def settled(given: Resource) -> Resource:
    """`branding_settings` of a session, with the account's where the request leaves something open. Raises Refusal.

    Source: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-branding_settings
    """
    for name in COLOURS:
        if given.get(name) and not COLOUR.fullmatch(given[name]):
            raise Refusal(400, f"Invalid hex color: {given[name]}", param=f"branding_settings[{name}]")
    if all(given.get(name) for name in PICTURES):
        raise Refusal(400, "You cannot set both `logo` and `icon`.", param="branding_settings[logo]")
    for name in PICTURES:
        _check_picture(name, given.get(name) or {})
    return {**shapes.BRANDING, **{name: value for name, value in given.items() if value}}


def _check_picture(name: str, picture: Resource) -> None:
    if not picture:
        return
    kind = picture["type"]
    where = f"branding_settings[{name}][{kind}]"
    if not picture.get(kind):
        raise Refusal(400, f"Missing required param: {where}.", code="parameter_missing", param=where)
    if kind == "url" and not picture["url"].startswith(("http://", "https://")):
        raise Refusal(400, "Not a valid URL", code="url_invalid", param=where)


def picture(branding: Resource) -> str:
    """The address of the logo or icon; empty where there is none."""
    return next((str(branding[name].get("url") or "") for name in PICTURES if branding.get(name)), "")


def styles(branding: Resource) -> str:
    """CSS for the colours that are not the account's: text on them is black or white, as it can be read."""
    rules = []
    behind, button = (branding.get(name) or "" for name in COLOURS)
    if behind and behind != shapes.BRANDING["background_color"]:
        ink = _text_on(behind)
        rules += [
            f".order {{ --main: {ink}; --soft: {ink}; --line: {ink}; background: {behind}; color: {ink}; }}",
            ".order { padding: 1.25rem; border-radius: .75rem; color-scheme: light; }",
            ".order input, .order select, .order .error { background: #fff; color: #16202b; }",
        ]
    if button and button != shapes.BRANDING["button_color"]:
        rules.append(f".primary {{ border-color: {button}; background: {button}; color: {_text_on(button)}; }}")
    return "\n".join(rules)


def _text_on(colour: str) -> str:
    """Black or white, whichever has the greater contrast: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= DARK else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"
