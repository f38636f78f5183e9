"""Answers the doorbell: which kind of job is done by what."""

from flask import Flask

from app.payments import webhooks
from app.runtime.db import db
from app.runtime.jobs import jobs
from app.stripe.gateway import gateway


def init_app(app: Flask) -> None:
    async def work_on_event(event_id: str) -> None:
        await webhooks.process(db.session(), gateway(), event_id)

    jobs(app).on("event", work_on_event)
