"""Answers the doorbell: which kind of job is done by what."""

from app.payments import webhooks
from app.runtime.db import db
from app.stripe.gateway import gateway


async def handle_event(event_id: str) -> None:
    """Handles the job "event"."""
    await webhooks.process(db.session(), gateway(), event_id)
