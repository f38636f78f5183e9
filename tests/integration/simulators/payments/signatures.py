"""What a receiver checks of a webhook. Source: https://docs.stripe.com/webhooks#verify-manually."""

import hashlib
import hmac
import time


def marks(header):
    """The time and the v1 signatures of a Stripe-Signature header."""
    parts = [part.split("=", 1) for part in header.split(",")]
    return int(parts[0][1]), [value for name, value in parts if name == "v1"]


def is_genuine(body, header, secret="whsec_new", tolerance=300):
    if header is None:
        return False
    at, found = marks(header)
    wanted = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return wanted in found and abs(time.time() - at) <= tolerance
