"""The few mails that Kiosk sends, through an outbox."""

from app.mail.outbox import Kind, queue

__all__ = ["Kind", "queue"]
