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
from app.items.models import Item
from app.mail.models import MailTurn, Outgoing
from app.orders.models import Attempt, Hold, Order, OrderLine
from app.payments.inbox import Closing, Event, Finding
from app.payments.installation import Installation
from app.payments.money import Dispute, Payment, Refund
from app.runtime.schedule import Chore
from app.todos.models import Todo
from app.users.models import Identity, TrailEntry, User

__all__ = [
    "Attempt",
    "Chore",
    "Closing",
    "Dispute",
    "Event",
    "Finding",
    "Hold",
    "Identity",
    "Installation",
    "Item",
    "KnownDevice",
    "MailTurn",
    "OAuthRequest",
    "OAuthReturn",
    "OneTimeToken",
    "Order",
    "OrderLine",
    "Outgoing",
    "Passkey",
    "PasskeyChallenge",
    "Payment",
    "RecoveryCode",
    "RefreshToken",
    "Refund",
    "Throttle",
    "Todo",
    "Totp",
    "TrailEntry",
    "User",
    "UserSession",
]
