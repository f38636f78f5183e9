"""Codes of an authenticator app, https://www.rfc-editor.org/rfc/rfc6238

Six digits by HMAC-SHA-1, new every 30 seconds: every such app supports these parameters.
"""

import base64
import hmac
import io
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps that the clock of a phone may differ, either way."""


def generate_key() -> bytes:
    """160 random bits, as RFC 4226 recommends."""
    return secrets.token_bytes(20)


def spelled(key: bytes) -> str:
    """`key` in base32, for typing it into an app."""
    return base64.b32encode(key).decode()


def uri(key: bytes, account: str, issuer: str) -> str:
    """The address that an app reads from a QR code; parameters that have their default are left out.

    https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?{urlencode({'secret': spelled(key), 'issuer': issuer}, quote_via=quote)}"


def picture(text: str) -> str:
    """`text` as a QR code, in SVG."""
    out = io.BytesIO()
    segno.make_qr(text).save(out, kind="svg", xmldecl=False, omitsize=True, dark="#000", light="#fff", border=4)
    return out.getvalue().decode()


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // SECONDS


def code_at(key: bytes, step: int) -> str:
    return HOTP(key, DIGITS, SHA1()).generate(step).decode()  # noqa: S303 -- the apps know it, and in HMAC it is safe


def step_of(key: bytes, code: str, now: datetime) -> int | None:
    """The latest step near `now` that has this code. All are compared, so that the time this takes tells nothing."""
    step, typed = step_at(now), code.encode()
    near = range(step - DRIFT, step + DRIFT + 1)
    matching = [each for each in near if hmac.compare_digest(code_at(key, each).encode(), typed)]
    return max(matching, default=None)
