"""Every table, by name: for shells, migrations and tests."""

from app.auth.models import KnownDevice, OneTimeToken, RefreshToken, Throttle, UserSession
from app.auth.oauth.models import OAuthRequest, OAuthReturn
from app.auth.passkeys.models import Passkey, PasskeyChallenge  # feature: passkeys
from app.auth.totp.models import RecoveryCode, Totp  # feature: totp
from app.checkout.models import Basket  # feature: shop
from app.items.models import Catalogue, Item, ItemChangeEntry  # feature: shop
from app.mail.models import MailQuota, Outgoing
from app.ops.models import Figures
from app.orders.models import Hold, Order, OrderLine  # feature: shop
from app.payments.models import (  # feature: shop {
    Attempt,
    Closing,
    Dispute,
    Event,
    FindingRow,
    Installation,
    Payment,
    Refund,
)  # }
from app.runtime.schedule import Chore
from app.shop.models import Picture, ShopPage, ShopProfile  # feature: shop
from app.todos.models import Todo  # feature: todos
from app.users.models import AuditTrailEntry, Identity, User

__all__ = [
    "Attempt",  # feature: shop
    "AuditTrailEntry",
    "Basket",  # feature: shop
    "Catalogue",  # feature: shop
    "Chore",
    "Closing",  # feature: shop
    "Dispute",  # feature: shop
    "Event",  # feature: shop
    "Figures",
    "FindingRow",  # feature: shop
    "Hold",  # feature: shop
    "Identity",
    "Installation",  # feature: shop
    "Item",  # feature: shop
    "ItemChangeEntry",  # feature: shop
    "KnownDevice",
    "MailQuota",
    "OAuthRequest",
    "OAuthReturn",
    "OneTimeToken",
    "Order",  # feature: shop
    "OrderLine",  # feature: shop
    "Outgoing",
    "Passkey",  # feature: passkeys
    "PasskeyChallenge",  # feature: passkeys
    "Payment",  # feature: shop
    "Picture",  # feature: shop
    "RecoveryCode",  # feature: totp
    "RefreshToken",
    "Refund",  # feature: shop
    "ShopPage",  # feature: shop
    "ShopProfile",  # feature: shop
    "Throttle",
    "Todo",  # feature: todos
    "Totp",  # feature: totp
    "User",
    "UserSession",
]
