"""What the shop is to a passkey: its host. https://www.w3.org/TR/webauthn-3/#rp-id"""

import ipaddress
from urllib.parse import urlsplit

from app.runtime.config import Settings


def possible(settings: Settings) -> bool:
    """Whether browsers make passkeys for the shop's host. For an IP address they do not."""
    try:
        ipaddress.ip_address(rp_id(settings))
    except ValueError:
        return True
    return False


def rp_id(settings: Settings) -> str:
    return urlsplit(settings.public_url).hostname or ""
