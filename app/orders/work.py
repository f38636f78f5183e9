"""Answers the doorbell: which kind of job is done by what."""

from flask import Flask

from app.db import db
from app.jobs import jobs
from app.orders import events
from app.payments.gateway import gateway


def init_app(app: Flask) -> None:
    async def work_on_event(event_id: str) -> None:
        await events.process(db.session(), gateway(), event_id)

    jobs(app).on("event", work_on_event)
