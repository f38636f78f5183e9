"""How the payment page looks: as the owner has made the shop."""

from typing import Any

from app.runtime import urls
from app.runtime.config import Settings
from app.shop import icons
from app.shop.models import ACCENT, PRIMARY
from app.shop.service import UNNAMED


def asked_for(settings: Settings, known: Any) -> dict[str, object]:
    """https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-branding_settings

    `known` has the columns of `shop.service.LOOK`. What the owner has not changed is as the account at the provider
    has it. What is bought stands on the colour of the shop's header, as the logo does there.
    """
    look: dict[str, object] = {}
    if known.shop_name not in (None, UNNAMED):
        look["display_name"] = known.shop_name
    if known.shop_primary not in (None, PRIMARY):
        look["background_color"] = known.shop_primary
    if known.shop_accent not in (None, ACCENT):
        look["button_color"] = known.shop_accent
    version = icons.version(known.shop_logo, known.shop_primary or PRIMARY)
    if version and _is_reachable(settings):
        look["logo"] = {"type": "url", "url": f"{settings.public_url}/{icons.LOGO}?v={version}"}
    return {"branding_settings": look} if look else {}


def _is_reachable(settings: Settings) -> bool:
    """Whether the provider's page can show a picture of the shop: not where the shop alone is on this machine."""
    return settings.https or urls.is_loopback(settings.payments.api_base)
