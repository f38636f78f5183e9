"""The tables of payments."""

from app.payments.models.attempt import LIVE, Attempt, AttemptStatus
from app.payments.models.event import Event, EventState
from app.payments.models.finding import Closing, FindingRow, new_token
from app.payments.models.installation import Installation
from app.payments.models.payment import (
    CAME_TO_NOTHING,
    CLOSED,
    MAX_STATUS,
    STANDS,
    UNANSWERED,
    UNDECIDED,
    UNSETTLED,
    Disposition,
    Dispute,
    Payment,
    Refund,
    RefundStatus,
    unknown_state,
)

__all__ = [
    "CAME_TO_NOTHING",
    "CLOSED",
    "LIVE",
    "MAX_STATUS",
    "STANDS",
    "UNANSWERED",
    "UNDECIDED",
    "UNSETTLED",
    "Attempt",
    "AttemptStatus",
    "Closing",
    "Disposition",
    "Dispute",
    "Event",
    "EventState",
    "FindingRow",
    "Installation",
    "Payment",
    "Refund",
    "RefundStatus",
    "new_token",
    "unknown_state",
]
