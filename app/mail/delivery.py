"""The post office: takes what is due from the outbox, has it written by whoever knows about it, and sends it."""

import asyncio
import logging
import os
import threading
import weakref
from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.mail import outbox
from app.mail.message import Letter, Undeliverable, address, message, sender
from app.mail.models import Outgoing
from app.mail.outbox import Kind
from app.mail.smtp import MailError, send
from app.runtime.async_bridge import blocking, bridge
from app.runtime.config import Settings
from app.runtime.db import db, writing
from app.runtime.db import now as at_once
from app.runtime.log_context import note, scope

log = logging.getLogger(__name__)

STOP_SECONDS = 5
"""For a mail that is under way when its process ends; one that is not done by then is sent again by another."""

Writer = Callable[[Session, Outgoing], Letter | None]


class Post:
    """One per application. It works on a thread of its own, so that a slow mail server keeps nobody else waiting."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = weakref.ref(app)
        self._settings = settings
        self._writers: dict[Kind, Writer] = {}
        self._bell = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None
        self._pid = 0
        self._lock, self._round = threading.Lock(), threading.Lock()

    def writes(self, kind: Kind, writer: Writer) -> None:
        """`writer(session, outgoing)` writes mails of this kind; None where it is needless by now. Committed for it."""
        self._writers[kind] = writer

    def wake(self) -> None:
        """Have what is due sent, and do not wait for it."""
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                self._bell, self._round = threading.Event(), threading.Lock()
                self._thread = threading.Thread(target=self._work, name="post", daemon=True)
                self._thread.start()
        self._bell.set()

    def stop(self, seconds: float) -> None:
        """Finish the mail under way; no other is begun."""
        self._ended = True
        self._bell.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _work(self) -> None:
        while not self._ended:
            self._bell.wait()
            self._bell.clear()
            try:
                self.deliver()
            except SQLAlchemyError as error:
                log.warning("no mail is sent now: %r", error)
            except asyncio.CancelledError:  # the bridge is closed: this process ends
                return
            except Exception:
                log.exception("no mail is sent now")

    def deliver(self) -> None:
        """Send what is due, after what is being sent already."""
        app = self._app()
        if app is not None and not self._ended:
            with self._round, app.app_context(), scope(job="mail"), writing():
                bridge.run(self._deliver_due(db.session()))

    async def _deliver_due(self, session: Session) -> None:
        if not self._settings.mail_url:
            await blocking(outbox.skip_all, session, at_once())
            return
        while keys := await blocking(outbox.due, session, at_once()):
            for key in keys:
                if self._ended or not await self._deliver(session, key):
                    return

    async def _deliver(self, session: Session, key: int) -> bool:
        """Send one mail, if it is due and nobody else has it. Whether to go on with others."""
        mail = await blocking(outbox.claim, session, key, at_once())
        if mail is None:
            return True
        note(job=f"mail {mail.id}")
        try:
            if at_once() - mail.created_at > outbox.WITHIN:
                raise MailError("it is too old", final=True)  # noqa: TRY301 -- it ends as others that are never sent
            letter = await blocking(self._written, session, mail)
            if letter is not None:
                made = message(self._settings, letter, mail.dedupe_key, mail.created_at)
                await send(self._settings.mail_url, made, sender(self._settings), address(letter.to))
        except MailError as error:
            await self._not_sent(session, mail, error)
            return not error.away
        except Undeliverable:
            await self._not_sent(session, mail, MailError("its address is none", final=True))
            return True
        except Exception:
            log.exception("mail %s, %s", mail.id, mail.kind)
            await blocking(outbox.put_off, session, mail, at_once())
            return True
        await blocking(outbox.done, session, mail, at_once())
        return True

    def _written(self, session: Session, mail: Outgoing) -> Letter | None:
        letter = self._writers[mail.kind](session, mail)  # type: ignore[index]  # a kind of another release breaks here
        session.commit()
        return letter

    async def _not_sent(self, session: Session, mail: Outgoing, error: MailError) -> None:
        if error.final:
            log.error("mail %s, %s, is given up after %s tries: %s", mail.id, mail.kind, mail.tries, error)
            await blocking(outbox.give_up, session, mail)
        else:
            log.warning("mail %s, %s, is not sent yet: %s", mail.id, mail.kind, error)
            await blocking(outbox.put_off, session, mail, at_once())


def post(app: Flask | None = None) -> Post:
    """That of `app`, or of the application at work."""
    found: Post = (app or current_app).extensions["post"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    made = Post(app, settings)
    app.extensions["post"] = made
    weakref.finalize(app, made.stop, 0)


async def wake(_: str) -> None:
    """Handles the job "mail"."""
    post().wake()
