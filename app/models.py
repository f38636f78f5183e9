"""Every table, by name: for shells, migrations and tests."""

from app.auth.models import (
    KnownDevice,
    OAuthRequest,
    OAuthReturn,
    OneTimeToken,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    RefreshToken,
    Throttle,
    Totp,
    UserSession,
)
from app.items.models import Item  # feature: shop
from app.mail.models import MailTurn, Outgoing
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
from app.todos.models import Todo  # feature: todos
from app.users.models import Identity, TrailEntry, User

__all__ = [
    "Attempt",  # feature: shop
    "Chore",
    "Closing",  # feature: shop
    "Dispute",  # feature: shop
    "Event",  # feature: shop
    "FindingRow",  # feature: shop
    "Hold",  # feature: shop
    "Identity",
    "Installation",  # feature: shop
    "Item",  # feature: shop
    "KnownDevice",
    "MailTurn",
    "OAuthRequest",
    "OAuthReturn",
    "OneTimeToken",
    "Order",  # feature: shop
    "OrderLine",  # feature: shop
    "Outgoing",
    "Passkey",
    "PasskeyChallenge",
    "Payment",  # feature: shop
    "RecoveryCode",
    "RefreshToken",
    "Refund",  # feature: shop
    "Throttle",
    "Todo",  # feature: todos
    "Totp",
    "TrailEntry",
    "User",
    "UserSession",
]
