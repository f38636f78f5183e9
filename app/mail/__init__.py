"""The few mails that Kiosk sends, through an outbox."""

from app.mail.outbox import Kind, queue, queue_sparingly

__all__ = ["Kind", "queue", "queue_sparingly"]
