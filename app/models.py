"""Every table, by name: for shells, migrations and tests."""

from app.auth.models import KnownDevice, OneTimeToken, RefreshToken, Throttle, UserSession
from app.auth.oauth.models import OAuthRequest, OAuthReturn
from app.auth.passkeys.models import Passkey, PasskeyChallenge  # feature: passkeys
from app.auth.totp.models import RecoveryCode, Totp  # feature: totp
from app.items.models import Item
from app.mail.models import MailQuota, Outgoing
from app.orders.models import Attempt, Hold, Order, OrderLine
from app.payments.inbox import Chore, Closing, Event, Finding
from app.payments.installation import Installation
from app.payments.money import Dispute, Payment, Refund
from app.todos.models import Todo
from app.users.models import AuditTrailEntry, Identity, User

__all__ = [
    "Attempt",
    "AuditTrailEntry",
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
    "MailQuota",
    "OAuthRequest",
    "OAuthReturn",
    "OneTimeToken",
    "Order",
    "OrderLine",
    "Outgoing",
    "Passkey",  # feature: passkeys
    "PasskeyChallenge",  # feature: passkeys
    "Payment",
    "RecoveryCode",  # feature: totp
    "RefreshToken",
    "Refund",
    "Throttle",
    "Todo",
    "Totp",  # feature: totp
    "User",
    "UserSession",
]
