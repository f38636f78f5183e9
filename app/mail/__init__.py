"""Mails, sent through an outbox. This folder does not know what they are about."""

from app.mail.models import Kind
from app.mail.outbox import queue, queue_sparingly, recall
from app.mail.quota import Cause

__all__ = ["Cause", "Kind", "queue", "queue_sparingly", "recall"]
