"""Sends the mails of the outbox that are due. Each kind has a renderer, a function of the feature that it is about."""

import asyncio
import logging
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from email.message import EmailMessage

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.mail import outbox
from app.mail.message import Message, Site, Undeliverable, address, rendered, sender
from app.mail.models import Kind, Outgoing
from app.mail.smtp import MailError, send
from app.runtime.async_bridge import blocking, bridge
from app.runtime.config import Settings
from app.runtime.db import db, utcnow, writing
from app.runtime.log_context import log_context, note

log = logging.getLogger(__name__)

STOP_SECONDS = 5
"""How long a process that ends waits for the mail that it is sending. After that another process sends it again."""

Renderer = Callable[[Session, Outgoing], Message | None]
"""Makes the message of a mail; None where the mail is not needed any more. The caller commits."""


class Delivery:
    """One per application. It works on a thread of its own, so that a slow mail server delays no request."""

    def __init__(
        self, app: Flask, settings: Settings, renderers: Mapping[Kind, Renderer], site: Callable[[], Site]
    ) -> None:
        self._app = weakref.ref(app)
        self._settings = settings
        self._renderers = renderers
        self._site = site
        self._awake = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._lock, self._round = threading.Lock(), threading.Lock()

    def wake(self) -> None:
        """Have the mails sent that are due, and do not wait for it."""
        with self._lock:
            if self._pid != os.getpid():  # the first call in this process: a fork has no thread of its parent
                self._pid = os.getpid()
                self._awake, self._round = threading.Event(), threading.Lock()
                self._thread = threading.Thread(target=self._work, name="mail", daemon=True)
                self._thread.start()
        self._awake.set()

    def stop(self, seconds: float) -> None:
        """Finish the mail under way, and begin no other one."""
        self._ended = True
        self._awake.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        while not self._ended:
            self._awake.wait()
            self._awake.clear()
            try:
                self.deliver()
            except SQLAlchemyError as error:
                log.warning("no mail is sent now: %r", error)
            except asyncio.CancelledError:  # the bridge is closed: this process ends
                return
            except Exception:
                log.exception("no mail is sent now")

    def deliver(self) -> None:
        """Send the mails that are due, after those that are being sent already."""
        app = self._app()
        if app is not None and not self._ended:
            with self._round, app.app_context(), log_context(job="mail"), writing():
                bridge.run(self._deliver_due(db.session()))

    async def _deliver_due(self, session: Session) -> None:
        if not self._settings.mail_url:
            await blocking(outbox.skip_all, session, utcnow())
            return
        while keys := await blocking(outbox.due, session, utcnow()):
            for key in keys:
                if self._ended or not await self._deliver(session, key):
                    return

    async def _deliver(self, session: Session, key: int) -> bool:
        """Send one mail, unless another process has it. Whether to go on with the others."""
        mail = await blocking(outbox.claim, session, key, utcnow())
        if mail is None:
            return True
        note(job=f"mail {mail.id}")
        name = f"mail {mail.id}, {mail.kind}"  # a database that fails below leaves nothing to read of the row
        try:
            if utcnow() - mail.created_at > outbox.WITHIN:
                raise MailError("it is too old", final=True)  # noqa: TRY301 -- it ends as others that are never sent
            message = await blocking(self._rendered, session, mail)
            if message is not None:
                await send(self._settings.mail_url, *message)
        except MailError as error:
            await self._not_sent(session, mail, error)
            return not error.away
        except Undeliverable:
            await self._not_sent(session, mail, MailError("its address is not valid", final=True))
            return True
        except Exception:
            log.exception("%s", name)
            await blocking(outbox.put_off, session, mail, utcnow())
            return True
        await blocking(outbox.done, session, mail, utcnow())
        return True

    def _rendered(self, session: Session, mail: Outgoing) -> tuple[EmailMessage, str, str] | None:
        """The mail, and the addresses of its sender and its recipient. Raises Undeliverable."""
        message = self._renderers[mail.kind](session, mail)  # a kind of a newer release raises KeyError
        site = self._site()
        session.commit()
        if message is None:
            return None
        made = rendered(self._settings, message, mail.dedupe_key, mail.created_at, site)
        return made, sender(self._settings), address(message.to)

    async def _not_sent(self, session: Session, mail: Outgoing, error: MailError) -> None:
        if error.final:
            log.error("mail %s, %s, is given up after %s tries: %s", mail.id, mail.kind, mail.tries, error)
            await blocking(outbox.give_up, session, mail)
        else:
            log.warning("mail %s, %s, is not sent yet: %s", mail.id, mail.kind, error)
            await blocking(outbox.put_off, session, mail, utcnow())


def delivery(app: Flask | None = None) -> Delivery:
    """That of `app`, or of the current application."""
    made: Delivery = (app or current_app).extensions["delivery"]
    return made


def init_app(
    app: Flask, settings: Settings, renderers: Mapping[Kind, Renderer], site: Callable[[], Site] = Site
) -> None:
    """`site` tells who writes the mails."""
    made = app.extensions["delivery"] = Delivery(app, settings, renderers, site)
    weakref.finalize(app, made.stop, 0)


async def wake(_: str) -> None:
    """Handles the job "mail"."""
    delivery().wake()
