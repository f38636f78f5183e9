"""The few mails that Kiosk sends, through an outbox."""

from app.mail.outbox import Kind, queue, queue_sparingly, recall
from app.mail.quota import Cause

__all__ = ["Cause", "Kind", "queue", "queue_sparingly", "recall"]
